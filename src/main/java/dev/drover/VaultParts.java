package dev.drover;

import dev.drover.base.Ids;
import dev.drover.base.Pause;
import dev.drover.brain.JobHandler;
import dev.drover.desk.CredentialDesk;
import dev.drover.desk.RepositoryChoice;
import dev.drover.errands.KeyRotation;
import dev.drover.errands.SecretPurge;
import dev.drover.http.Guard;
import dev.drover.policy.PolicyInForce;
import dev.drover.session.Job;
import dev.drover.session.Jobs;
import dev.drover.store.Store;
import dev.drover.vault.Envelope;
import dev.drover.vault.Keyring;
import dev.drover.vault.SecretUse;
import dev.drover.vault.Variables;
import java.time.InstantSource;
import java.util.Map;
import java.util.function.Consumer;
import java.util.random.RandomGenerator;

/// The parts of a server that store and use credentials.
final class VaultParts {
  private final Store store;
  private final PolicyInForce policy;
  private final Envelope envelope;
  private final SecretUse use;

  /// @param guard decides to which servers secrets may be sent
  /// @param random for keys; it must not be predictable
  /// @param onClose accepts an action to run when the server closes
  VaultParts(
      Config config,
      Store store,
      Guard guard,
      Ids ids,
      RandomGenerator random,
      InstantSource clock,
      Consumer<Runnable> onClose) {
    this.store = store;
    policy = config.policy();
    var kms = config.vault().kms(config.data(), ids, random);
    envelope = new Envelope(kms, store.vaults(), random, System::nanoTime);
    use =
        new SecretUse(
            store.vaults(),
            store.placeholders(),
            envelope,
            store.receipts(),
            guard,
            kind -> policy.get().credentialDenial(kind).isEmpty(),
            Pause.REAL,
            random,
            clock);
    onClose.accept(use::close);
  }

  /// By the kind of job.
  Map<String, JobHandler> handlers(Jobs jobs) {
    return Map.of(
        Job.PURGE_SECRETS,
        new SecretPurge(store.vaults()),
        KeyRotation.KIND,
        new KeyRotation(envelope, jobs));
  }

  /// @param hint starts jobs that were just added
  CredentialDesk desk(Runnable hint, Ids ids, InstantSource clock) {
    return new CredentialDesk(store.vaults(), envelope, use.validator(), hint, policy, ids, clock);
  }

  /// The secrets of sessions in environment variables.
  Variables variables() {
    return use.variables();
  }

  /// The keys of vaults, and of this server.
  Envelope envelope() {
    return envelope;
  }

  RepositoryChoice repositories(Config config) {
    return new RepositoryChoice(envelope, config.git()::refusal);
  }

  /// The secrets of sessions for other servers.
  Keyring keyring() {
    return use.keyring();
  }
}
