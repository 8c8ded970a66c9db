package dev.drover.testing;

import dev.drover.base.Ids;
import dev.drover.base.Pause;
import dev.drover.desk.CredentialDesk;
import dev.drover.desk.RepositoryChoice;
import dev.drover.http.Guard;
import dev.drover.store.Store;
import dev.drover.vault.Envelope;
import dev.drover.vault.Kms;
import dev.drover.vault.SecretUse;
import dev.drover.vault.TestKeys;
import java.security.SecureRandom;
import java.time.InstantSource;

/// The desk for credentials, for tests of what is in front of it.
public final class TestVaults {
  /// One for all envelopes, which share the keys of workspaces.
  private static final Kms KMS = TestKeys.one();

  private TestVaults() {}

  /// The factory of repositories, of which all are allowed.
  public static RepositoryChoice repositories(Store store) {
    var envelope = new Envelope(KMS, store.vaults(), new SecureRandom(), System::nanoTime);
    return new RepositoryChoice(envelope, RepositoryChoice.Rule.ALL);
  }

  public static CredentialDesk desk(Store store, Ids ids) {
    var clock = InstantSource.system();
    var envelope = TestKeys.envelope(store.vaults());
    var use =
        new SecretUse(
            store.vaults(),
            store.placeholders(),
            envelope,
            store.receipts(),
            Guard.NONE,
            Pause.REAL,
            new SecureRandom(),
            clock);
    return new CredentialDesk(store.vaults(), envelope, use.validator(), () -> {}, ids, clock);
  }
}
