package dev.drover.vault;

import dev.drover.base.Problem;
import dev.drover.base.Secret;
import dev.drover.catalog.VaultId;
import dev.drover.catalog.WorkspaceId;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Arrays;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.LongSupplier;
import java.util.function.Supplier;
import java.util.random.RandomGenerator;
import javax.crypto.SecretKey;
import javax.crypto.spec.SecretKeySpec;
import org.jspecify.annotations.Nullable;

/// Encrypts and decrypts secrets. Each vault has keys of its own, which a [Kms] encrypts, and so
/// have each workspace, for what is in no vault, and the servers. A secret is bound to its place:
/// workspace, vault, credential, field and version, so that a ciphertext that was moved to another
/// row cannot be decrypted. Safe for many threads.
public final class Envelope {
  /// How long a decrypted key of a vault is kept in memory.
  private static final Duration KEPT = Duration.ofMinutes(5);

  /// The number of vaults whose keys are kept.
  private static final int MOST = 1_000;

  /// The number of keys that are encrypted anew at a time.
  private static final int BATCH = 100;

  /// Whose the keys of the servers themselves are.
  private static final WorkspaceId SERVERS = new WorkspaceId("servers");

  private final Kms kms;
  private final VaultStore store;
  private final RandomGenerator random;
  private final LongSupplier nanos;
  private final Map<Name, Opened> opened = new LinkedHashMap<>();

  private record Name(VaultId vault, long version) {}

  private record Opened(SecretKey key, long since) {}

  private record Newest(long version, SecretKey key) {}

  /// @param random for keys and nonces; it must not be predictable
  /// @param nanos a clock that only moves forward
  public Envelope(Kms kms, VaultStore store, RandomGenerator random, LongSupplier nanos) {
    this.kms = kms;
    this.store = store;
    this.random = random;
    this.nanos = nanos;
  }

  /// Encrypts a secret of a credential with the newest key of its vault, which is made if there is
  /// none.
  ///
  /// @param credential with the [Credential#secretsVersion] that the secret will have
  /// @throws Problem `UNAVAILABLE` without the key; as [VaultStore#addKey] says
  public SealedSecret seal(Credential credential, SecretField field, Secret secret) {
    long version = credential.secretsVersion();
    return seal(
        newest(credential.workspace(), credential.vault()),
        field,
        version,
        bound(credential, field, version),
        secret);
  }

  private SealedSecret seal(
      Newest newest, SecretField field, long version, byte[] bound, Secret secret) {
    var plain = secret.reveal().getBytes(StandardCharsets.UTF_8);
    try {
      var sealed = AesGcm.seal(newest.key, plain, bound, random);
      return new SealedSecret(
          field, version, newest.version, Base64.getEncoder().encodeToString(sealed));
    } finally {
      Arrays.fill(plain, (byte) 0);
    }
  }

  /// Decrypts a secret of a credential.
  ///
  /// @throws Problem `UNAVAILABLE` if its key cannot be used, or if it does not belong there
  public Secret open(Credential credential, SealedSecret sealed) {
    var key = key(credential.workspace(), credential.vault(), sealed.keyVersion());
    return open(
        key,
        sealed,
        bound(credential, sealed.field(), sealed.version()),
        "The " + sealed.field().field() + " of credential " + credential.id());
  }

  private static Secret open(SecretKey key, SealedSecret sealed, byte[] bound, String what) {
    var plain = new byte[0];
    try {
      plain = AesGcm.open(key, Base64.getDecoder().decode(sealed.value()), bound);
      return new Secret(new String(plain, StandardCharsets.UTF_8));
    } catch (AesGcm.Broken | IllegalArgumentException e) {
      throw Problem.unavailable(what + " is damaged.", e);
    } finally {
      Arrays.fill(plain, (byte) 0);
    }
  }

  /// A key that all servers of a database share and that is in no vault.
  ///
  /// @param name letters
  /// @param make makes the key if there is none; another server may be faster
  /// @return the key that all have
  /// @throws Problem `UNAVAILABLE` if the keys of the [Kms] cannot be used
  public byte[] serverKey(String name, Supplier<byte[]> make) {
    var place = VaultKey.ofServers(name);
    var keys = store.keys(place);
    if (keys.isEmpty()) {
      checkKeks();
      var made = make.get();
      try {
        keys = List.of(store.addKey(SERVERS, place, wrapped(SERVERS, place, 1, made)));
      } finally {
        Arrays.fill(made, (byte) 0);
      }
    }
    var key = keys.getFirst();
    var wrapped = Base64.getDecoder().decode(key.wrapped());
    return kms.unwrap(key.kek(), wrapped, bound(SERVERS, place, key.version()));
  }

  /// Encrypts the token of a repository with the newest key of its workspace, which is made if
  /// there is none.
  ///
  /// @param resource the id of the repository
  /// @param version of the token
  /// @throws Problem as [#seal]
  public SealedSecret sealToken(
      WorkspaceId workspace, String resource, long version, Secret token) {
    return seal(
        newest(workspace, VaultKey.owner(workspace)),
        SecretField.TOKEN,
        version,
        boundToken(workspace, resource, version),
        token);
  }

  /// Decrypts the token of a repository.
  ///
  /// @throws Problem as [#open]
  Secret openToken(WorkspaceId workspace, String resource, SealedSecret sealed) {
    var key = key(workspace, VaultKey.owner(workspace), sealed.keyVersion());
    var bound = boundToken(workspace, resource, sealed.version());
    return open(key, sealed, bound, "The token of repository " + resource);
  }

  /// Encrypts the signing secret of a webhook endpoint with the newest key of its workspace, which
  /// is made if there is none.
  ///
  /// @throws Problem as [#seal]
  public SealedSecret sealSigningKey(WorkspaceId workspace, String endpoint, Secret key) {
    return seal(
        newest(workspace, VaultKey.owner(workspace)),
        SecretField.SIGNING_KEY,
        1,
        boundSigningKey(workspace, endpoint),
        key);
  }

  /// Decrypts the signing secret of a webhook endpoint.
  ///
  /// @throws Problem as [#open]
  public Secret openSigningKey(WorkspaceId workspace, String endpoint, SealedSecret sealed) {
    var key = key(workspace, VaultKey.owner(workspace), sealed.keyVersion());
    var bound = boundSigningKey(workspace, endpoint);
    return open(key, sealed, bound, "The signing secret of " + endpoint);
  }

  private static byte[] boundSigningKey(WorkspaceId workspace, String endpoint) {
    return bytes("drover/webhook/1", workspace.value(), endpoint);
  }

  private static byte[] boundToken(WorkspaceId workspace, String resource, long version) {
    return bytes("drover/repository/1", workspace.value(), resource, Long.toString(version));
  }

  private static byte[] bound(Credential credential, SecretField field, long version) {
    return bytes(
        "drover/secret/1",
        credential.workspace().value(),
        credential.vault().value(),
        credential.id().value(),
        field.field(),
        Long.toString(version));
  }

  private static byte[] bound(WorkspaceId workspace, VaultId vault, long version) {
    return bytes("drover/vault-key/1", workspace.value(), vault.value(), Long.toString(version));
  }

  /// Ids contain no `|`.
  private static byte[] bytes(String... parts) {
    return String.join("|", parts).getBytes(StandardCharsets.UTF_8);
  }

  private Newest newest(WorkspaceId workspace, VaultId vault) {
    var keys = store.keys(vault);
    var newest = keys.isEmpty() ? make(workspace, vault, 1) : keys.getFirst();
    return new Newest(newest.version(), key(workspace, vault, newest));
  }

  /// Makes the next key of a vault.
  private VaultKey make(WorkspaceId workspace, VaultId vault, long version) {
    checkKeks();
    var plain = new byte[AesGcm.KEY];
    random.nextBytes(plain);
    try {
      return store.addKey(workspace, vault, wrapped(workspace, vault, version, plain));
    } finally {
      Arrays.fill(plain, (byte) 0);
    }
  }

  /// If a key of the [Kms] that is in use is unknown here, this server has other keys than those
  /// that wrote the database, and would make secrets that they cannot read.
  private void checkKeks() {
    for (var kek : store.keks()) {
      if (!kms.has(kek)) {
        throw Problem.unavailable(
            "This server does not have the key " + kek + ", which encrypts other vaults.",
            new IllegalStateException("all servers of a database need the same keys"));
      }
    }
  }

  private VaultKey wrapped(WorkspaceId workspace, VaultId vault, long version, byte[] plain) {
    var kek = kms.current();
    var wrapped = kms.wrap(kek, plain, bound(workspace, vault, version));
    return new VaultKey(version, kek, Base64.getEncoder().encodeToString(wrapped));
  }

  /// Whether keys of vaults are encrypted by another key than the current one of the [Kms].
  ///
  /// @throws Problem `UNAVAILABLE` if the [Kms] cannot be used
  public boolean needsRewrap() {
    var keks = store.keks();
    return !keks.isEmpty() && !keks.equals(Set.of(kms.current()));
  }

  /// Encrypts all keys of vaults with the current key of the [Kms]. Servers may be at work
  /// meanwhile, as long as they have both keys. Secrets stay as they are.
  ///
  /// @throws Problem `UNAVAILABLE` if a key is missing; the keys before it are done
  public void rewrap() {
    var kek = kms.current();
    for (var some = store.keysWithout(kek, BATCH);
        !some.isEmpty();
        some = store.keysWithout(kek, BATCH)) {
      for (var own : some) {
        rewrap(own);
      }
    }
  }

  private void rewrap(VaultStore.OwnKey own) {
    var bound = bound(own.workspace(), own.vault(), own.key().version());
    var wrapped = Base64.getDecoder().decode(own.key().wrapped());
    var plain = kms.unwrap(own.key().kek(), wrapped, bound);
    try {
      var after = wrapped(own.workspace(), own.vault(), own.key().version(), plain);
      store.replaceKey(own.vault(), own.key(), after); // or the vault is deleted
    } finally {
      Arrays.fill(plain, (byte) 0);
    }
  }

  private SecretKey key(WorkspaceId workspace, VaultId vault, long version) {
    var known = known(new Name(vault, version));
    if (known != null) {
      return known;
    }
    var stored =
        store.keys(vault).stream()
            .filter(key -> key.version() == version)
            .findFirst()
            .orElseThrow(
                () ->
                    Problem.unavailable(
                        "A key of vault " + vault + " is missing.",
                        new IllegalStateException("version " + version)));
    return key(workspace, vault, stored);
  }

  private SecretKey key(WorkspaceId workspace, VaultId vault, VaultKey stored) {
    var name = new Name(vault, stored.version());
    var known = known(name);
    if (known != null) {
      return known;
    }
    var plain =
        kms.unwrap(
            stored.kek(),
            Base64.getDecoder().decode(stored.wrapped()),
            bound(workspace, vault, stored.version()));
    try {
      var key = new SecretKeySpec(plain, "AES");
      keep(name, key);
      return key;
    } finally {
      Arrays.fill(plain, (byte) 0);
    }
  }

  private @Nullable SecretKey known(Name name) {
    synchronized (opened) {
      var found = opened.get(name);
      if (found != null && nanos.getAsLong() - found.since > KEPT.toNanos()) {
        opened.remove(name);
        return null;
      }
      return found == null ? null : found.key;
    }
  }

  private void keep(Name name, SecretKey key) {
    synchronized (opened) {
      if (opened.size() >= MOST) {
        opened.remove(opened.keySet().iterator().next());
      }
      opened.put(name, new Opened(key, nanos.getAsLong()));
    }
  }
}
