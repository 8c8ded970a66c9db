package dev.drover.vault;

import dev.drover.base.Ids;
import dev.drover.base.Secret;
import dev.drover.catalog.VaultId;
import dev.drover.catalog.WorkspaceId;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Predicate;

/// The environment variables of sessions. A sandbox has a placeholder for each secret; the secret
/// takes its place when a request has left the sandbox. What a placeholder stands for is read at
/// each use, so a change of a credential takes effect at once. Safe for many threads.
public final class Variables {
  private final VaultStore store;
  private final Placeholders placeholders;
  private final Envelope envelope;
  private final CountedReceipts receipts;
  private final Predicate<String> kinds;
  private final Ids ids;

  /// @param kinds whether sessions may use credentials of a kind, asked at each use
  Variables(
      VaultStore store,
      Placeholders placeholders,
      Envelope envelope,
      CountedReceipts receipts,
      Predicate<String> kinds,
      Ids ids) {
    this.store = store;
    this.placeholders = placeholders;
    this.envelope = envelope;
    this.receipts = receipts;
    this.kinds = kinds;
    this.ids = ids;
  }

  /// A placeholder and the credential for which it stands.
  public record Variable(
      String placeholder, Credential credential, CredentialAuth.EnvironmentVariable auth) {}

  /// The variables of a sandbox that is now created: the placeholder of each variable by its name.
  /// Of several vaults, the first one that has a variable counts.
  ///
  /// @param vaults the vaults of the session, the preferred ones first
  /// @throws dev.drover.base.Problem `NOT_FOUND` without such a session; `UNAVAILABLE` if the store
  ///   cannot be used
  public Map<String, String> issue(WorkspaceId workspace, String session, List<VaultId> vaults) {
    var names = new ArrayList<String>();
    var drafts = new ArrayList<Placeholders.Draft>();
    var seen = new HashSet<String>();
    for (var credential : store.variables(workspace, vaults)) {
      if (credential.auth() instanceof CredentialAuth.EnvironmentVariable variable
          && kinds.test(variable.kind())
          && seen.add(variable.name())) {
        names.add(variable.name());
        var text = ids.next(Placeholders.PREFIX);
        drafts.add(new Placeholders.Draft(credential.id(), text));
      }
    }
    var issued = drafts.isEmpty() ? drafts : placeholders.issue(session, drafts);
    var variables = new LinkedHashMap<String, String>();
    for (int i = 0; i < names.size(); i++) {
      variables.put(names.get(i), issued.get(i).text());
    }
    return variables;
  }

  /// The placeholders of a session that stand for a secret now.
  ///
  /// @throws dev.drover.base.Problem `UNAVAILABLE` if the store cannot be used
  public List<Variable> of(String session) {
    var variables = new ArrayList<Variable>();
    for (var issued : placeholders.of(session)) {
      if (issued.credential().auth() instanceof CredentialAuth.EnvironmentVariable auth
          && kinds.test(auth.kind())) {
        variables.add(new Variable(issued.text(), issued.credential(), auth));
      }
    }
    return variables;
  }

  /// The secret of a variable, whose use has a receipt or is counted when this returns. Empty if
  /// the credential is not active any more.
  ///
  /// @param host the server that gets it
  /// @throws dev.drover.base.Problem `UNAVAILABLE` if the store or the keys cannot be used
  public Optional<Secret> reveal(Use use, CredentialId id, String host) {
    var stored = store.secrets(id).filter(of -> of.secret(SecretField.SECRET_VALUE).isPresent());
    if (stored.isEmpty()) {
      return Optional.empty();
    }
    var credential = stored.get().credential();
    var secret =
        envelope.open(credential, stored.get().secret(SecretField.SECRET_VALUE).orElseThrow());
    receipts.add(new UseReceipt.Draft(use, credential.vault(), credential.id(), host));
    return Optional.of(secret);
  }

  /// As [Placeholders#report].
  public boolean report(String session, CredentialId credential) {
    return placeholders.report(session, credential);
  }
}
