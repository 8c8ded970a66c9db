package dev.drover;

import dev.drover.base.Problem;
import dev.drover.base.Secret;
import dev.drover.errands.CredentialNotes;
import dev.drover.gateway.Destination;
import dev.drover.gateway.Placeholder;
import dev.drover.gateway.Policy;
import dev.drover.gateway.Secrets;
import dev.drover.session.Session;
import dev.drover.session.SessionError;
import dev.drover.vault.CredentialId;
import dev.drover.vault.Use;
import dev.drover.vault.Variables;
import java.lang.System.Logger.Level;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Supplier;

/// The secrets of the vaults of a session that its sandbox has in environment variables.
///
/// @param policy what the sandbox can reach
/// @param notes reports credentials for hosts that it cannot reach
record VariableSecrets(Variables variables, Session session, Policy policy, CredentialNotes notes)
    implements Secrets {
  private static final System.Logger LOG = System.getLogger(VariableSecrets.class.getName());

  private String id() {
    return session.id().value();
  }

  @Override
  public Map<String, String> issue() {
    return noted(
        () -> {
          var issued = variables.issue(session.workspace(), id(), session.origin().vaults());
          if (!issued.isEmpty()) {
            notes.add(session.id(), unreachable());
          }
          return issued;
        });
  }

  /// The errors of credentials that name hosts which the environment does not allow. Each is
  /// returned once.
  private List<SessionError> unreachable() {
    var errors = new ArrayList<SessionError>();
    for (var variable : variables.of(id())) {
      var hosts =
          variable.auth().allowedHosts().orElse(List.of()).stream()
              .filter(host -> !policy.reaches(host))
              .toList();
      var credential = variable.credential();
      if (!hosts.isEmpty() && variables.report(id(), credential.id())) {
        errors.add(
            new SessionError(
                SessionError.Type.CREDENTIAL_HOST_UNREACHABLE,
                "The networking of the environment does not allow %s, which the credential for %s is for."
                    .formatted(String.join(", ", hosts), variable.auth().name()),
                SessionError.Retry.EXHAUSTED,
                null,
                new SessionError.CredentialOf(
                    credential.id().value(), credential.vault().value())));
      }
    }
    return errors;
  }

  @Override
  public List<Placeholder> current() {
    return noted(
        () ->
            variables.of(id()).stream()
                .map(
                    one ->
                        new Placeholder(
                            one.placeholder(),
                            one.credential().id().value(),
                            one.auth().allowedHosts(),
                            one.auth().header(),
                            one.auth().body()))
                .toList());
  }

  @Override
  public Optional<Secret> reveal(Placeholder placeholder, Destination to, boolean inBody) {
    var purpose = inBody ? Use.Purpose.EGRESS_BODY : Use.Purpose.EGRESS_HEADER;
    var use = new Use(session.workspace(), purpose, Optional.of(id()), Optional.empty());
    var credential = new CredentialId(placeholder.credential());
    return noted(() -> variables.reveal(use, credential, to.toString()));
  }

  /// The program gets no details; they are in the log.
  private <T> T noted(Supplier<T> task) {
    try {
      return task.get();
    } catch (Problem e) {
      if (e.kind() == Problem.Kind.UNAVAILABLE) {
        LOG.log(
            Level.ERROR,
            "session {0} has no secrets of environment variables: {1} {2}",
            session.id(),
            e.getMessage(),
            e.getCause());
      }
      throw e;
    }
  }
}
