package dev.drover.vault;

import dev.drover.base.Ids;
import dev.drover.base.Pause;
import dev.drover.base.Secret;
import dev.drover.catalog.Resource;
import dev.drover.catalog.Vault;
import dev.drover.catalog.VaultId;
import dev.drover.catalog.WorkspaceId;
import dev.drover.http.Guard;
import dev.drover.store.Store;
import java.net.URI;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/// One node that uses the secrets of a store, with a clock that tests move.
final class VaultRig implements AutoCloseable {
  static final WorkspaceId WORKSPACE = new WorkspaceId("wrkspc_1");
  static final Use USE =
      new Use(WORKSPACE, Use.Purpose.MCP, Optional.of("sesn_1"), Optional.of("sevt_1"));

  private static final SecureRandom RANDOM = new SecureRandom();

  final Store store;
  final AtomicReference<Instant> now = new AtomicReference<>(Instant.now());
  final SecretUse secrets;
  private final Ids ids = new Ids(RANDOM);
  private final Envelope envelope;

  /// @param kms the same for all nodes of a store
  VaultRig(Store store, Kms kms) {
    this.store = store;
    InstantSource clock = now::get;
    envelope = new Envelope(kms, store.vaults(), RANDOM, System::nanoTime);
    secrets =
        new SecretUse(
            store.vaults(),
            store.placeholders(),
            envelope,
            store.receipts(),
            Guard.NONE,
            Pause.REAL,
            RANDOM,
            clock);
  }

  VaultId vault() {
    var id = new VaultId(ids.next(VaultId.PREFIX));
    store
        .catalogs()
        .of(Vault.KIND)
        .create(new Resource<>(id.value(), WORKSPACE, new Vault("V", Map.of()), now.get()));
    return id;
  }

  Credential create(VaultId vault, CredentialAuth auth, Map<SecretField, String> secrets) {
    var draft = new CredentialDraft(null, Map.of(), auth, Map.of());
    var id = new CredentialId(ids.next(CredentialId.PREFIX));
    var made = Credential.of(id, WORKSPACE, vault, draft, now.get());
    store
        .vaults()
        .create(
            made,
            secrets.entrySet().stream()
                .map(one -> envelope.seal(made, one.getKey(), new Secret(one.getValue())))
                .toList());
    return made;
  }

  /// A credential with OAuth whose access token has ended.
  Credential expired(VaultId vault, String server, OauthRefresh refresh, String token) {
    return create(
        vault,
        new CredentialAuth.McpOauth(
            server, Optional.of(now.get().minus(Duration.ofMinutes(1))), Optional.of(refresh)),
        Map.of(
            SecretField.ACCESS_TOKEN,
            "old-access",
            SecretField.REFRESH_TOKEN,
            token,
            SecretField.CLIENT_SECRET,
            "client secret+"));
  }

  static OauthRefresh refresh(String endpoint, OauthRefresh.ClientAuth auth) {
    return new OauthRefresh(endpoint, "me", auth, Optional.of("urn:r"), Optional.of("a b"));
  }

  Optional<String> token(VaultId vault, String url) throws InterruptedException {
    return secrets.keyring().forUrl(USE, List.of(vault), URI.create(url)).map(Secret::reveal);
  }

  /// Replaces a secret, as a client does.
  void replace(Credential before, SecretField field, @Nullable String secret) {
    var now = store.vaults().get(WORKSPACE, before.vault(), before.id());
    var value = new Secret(String.valueOf(secret));
    var draft = new CredentialDraft(null, Map.of(), now.auth(), Map.of(field, value));
    var after = now.changed(draft, this.now.get());
    var sealed = envelope.seal(after, field, value);
    if (!store.vaults().replace(after, List.of(sealed))) {
      throw new IllegalStateException("somebody else changed it");
    }
  }

  Optional<String> secret(Credential credential, SecretField field) {
    return store
        .vaults()
        .secrets(credential.id())
        .flatMap(
            stored ->
                stored
                    .secret(field)
                    .map(found -> envelope.open(stored.credential(), found).reveal()));
  }

  List<UseReceipt> receipts() {
    var all = new Receipts.Listing(Optional.empty(), Optional.empty(), 1_000, Optional.empty());
    return store.receipts().list(WORKSPACE, all).items().reversed();
  }

  @Override
  public void close() {
    secrets.close();
  }
}
