package dev.drover.desk;

import dev.drover.base.Ids;
import dev.drover.base.Page;
import dev.drover.base.Problem;
import dev.drover.catalog.VaultId;
import dev.drover.policy.OperatorPolicy;
import dev.drover.policy.SaveRules;
import dev.drover.vault.Credential;
import dev.drover.vault.CredentialAuth;
import dev.drover.vault.CredentialDraft;
import dev.drover.vault.CredentialId;
import dev.drover.vault.CredentialValidation;
import dev.drover.vault.Envelope;
import dev.drover.vault.SealedSecret;
import dev.drover.vault.Use;
import dev.drover.vault.Validator;
import dev.drover.vault.VaultStore;
import java.time.InstantSource;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import java.util.function.Supplier;

/// The desk for the credentials of vaults: it encrypts their secrets. Every change is durable when
/// a call returns. No answer contains a secret. A vault or a credential of another workspace is
/// `NOT_FOUND`. Safe for many threads.
public final class CredentialDesk {
  private final VaultStore credentials;
  private final Envelope envelope;
  private final Validator validator;
  private final Runnable hint;
  private final Supplier<OperatorPolicy> policy;
  private final Ids ids;
  private final InstantSource clock;

  /// A desk without an operator's policy.
  public CredentialDesk(
      VaultStore credentials,
      Envelope envelope,
      Validator validator,
      Runnable hint,
      Ids ids,
      InstantSource clock) {
    this(credentials, envelope, validator, hint, () -> OperatorPolicy.NONE, ids, clock);
  }

  /// @param hint starts jobs that were just added
  /// @param policy the operator's, asked at each change
  public CredentialDesk(
      VaultStore credentials,
      Envelope envelope,
      Validator validator,
      Runnable hint,
      Supplier<OperatorPolicy> policy,
      Ids ids,
      InstantSource clock) {
    this.policy = policy;
    this.credentials = credentials;
    this.envelope = envelope;
    this.validator = validator;
    this.hint = hint;
    this.ids = ids;
    this.clock = clock;
  }

  /// Creates a credential.
  ///
  /// @throws Problem as [VaultStore#create] and [Envelope#seal] say; `INVALID_REQUEST` for what the
  ///   operator's policy does not allow
  public Credential create(Caller caller, VaultId vault, CredentialDraft draft) {
    check(draft.auth());
    var id = new CredentialId(ids.next(CredentialId.PREFIX));
    var now = clock.instant().truncatedTo(ChronoUnit.MICROS);
    var credential = Credential.of(id, caller.workspace(), vault, draft, now);
    credentials.create(credential, sealed(credential, draft));
    return credential;
  }

  private void check(CredentialAuth auth) {
    var server =
        auth instanceof CredentialAuth.OfServer of
            ? Optional.of(of.serverUrl())
            : Optional.<String>empty();
    new SaveRules(policy.get()).checkCredential(auth.kind(), server);
  }

  private List<SealedSecret> sealed(Credential credential, CredentialDraft draft) {
    return draft.secrets().entrySet().stream()
        .map(secret -> envelope.seal(credential, secret.getKey(), secret.getValue()))
        .toList();
  }

  /// Changes a credential.
  ///
  /// @param change returns what it shall be, or throws to refuse. It may be called more than once
  /// @throws Problem `INVALID_REQUEST` if it is archived; as [Envelope#seal] says
  public Credential update(
      Caller caller, VaultId vault, CredentialId id, Function<Credential, CredentialDraft> change) {
    while (true) { // another change came between: each round is another client's success
      var before = credentials.get(caller.workspace(), vault, id);
      if (before.archivedAt() != null) {
        throw Credential.archived();
      }
      var draft = change.apply(before);
      check(draft.auth());
      if (before.isUnchangedBy(draft)) {
        return before;
      }
      var after = before.changed(draft, clock.instant().truncatedTo(ChronoUnit.MICROS));
      if (credentials.replace(after, sealed(after, draft))) {
        return after;
      }
    }
  }

  public Credential get(Caller caller, VaultId vault, CredentialId id) {
    return credentials.get(caller.workspace(), vault, id);
  }

  /// A page of credentials, newest first.
  ///
  /// @throws Problem `INVALID_REQUEST` for a malformed cursor
  public Page<Credential> list(
      Caller caller, VaultId vault, boolean includeArchived, int limit, Optional<String> page) {
    return credentials.list(caller.workspace(), vault, includeArchived, limit, page);
  }

  /// Archives a credential and removes its secrets.
  public Credential archive(Caller caller, VaultId vault, CredentialId id) {
    var now = clock.instant().truncatedTo(ChronoUnit.MICROS);
    var archived = credentials.archive(caller.workspace(), vault, id, now);
    hint.run();
    return archived;
  }

  /// Deletes a credential with its secrets.
  public void delete(Caller caller, VaultId vault, CredentialId id) {
    credentials.delete(caller.workspace(), vault, id);
    hint.run();
  }

  /// Tests a credential with OAuth at its MCP server.
  ///
  /// @throws Problem as [Validator#validate] says; `INVALID_REQUEST` if the operator's policy does
  ///   not allow it
  public CredentialValidation validate(Caller caller, VaultId vault, CredentialId id)
      throws InterruptedException {
    check(get(caller, vault, id).auth());
    var use = new Use(caller.workspace(), Use.Purpose.VALIDATE, Optional.empty(), Optional.empty());
    return validator.validate(use, vault, id);
  }
}
