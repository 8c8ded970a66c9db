package dev.drover.testing;

import dev.drover.base.Ids;
import dev.drover.base.Pause;
import dev.drover.desk.CredentialDesk;
import dev.drover.http.Guard;
import dev.drover.store.Store;
import dev.drover.vault.SecretUse;
import dev.drover.vault.TestKeys;
import java.security.SecureRandom;
import java.time.InstantSource;

/// The desk for credentials, for tests of what is in front of it.
public final class TestVaults {
  private TestVaults() {}

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
