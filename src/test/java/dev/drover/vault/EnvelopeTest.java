package dev.drover.vault;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.drover.base.Ids;
import dev.drover.base.Problem;
import dev.drover.base.Secret;
import dev.drover.catalog.Resource;
import dev.drover.catalog.Vault;
import dev.drover.catalog.VaultId;
import dev.drover.catalog.WorkspaceId;
import dev.drover.session.Feed;
import dev.drover.store.Store;
import dev.drover.store.sqlite.SqliteStore;
import dev.drover.testing.StoreView;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.SecureRandom;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicReference;
import javax.crypto.spec.SecretKeySpec;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// Encryption of secrets and of the keys of vaults, over a real store.
@Tag("database")
final class EnvelopeTest {
  private static final WorkspaceId WORKSPACE = new WorkspaceId("wrkspc_1");
  private static final Secret SECRET = new Secret("s3cret ünïcode 🐎");
  private static final SecureRandom RANDOM = new SecureRandom();

  @TempDir private Path directory;
  private final Ids ids = new Ids(RANDOM);
  private final AtomicReference<String> keys = new AtomicReference<>(TestKeys.text("k1"));
  private Store store = new ClosedStore();

  @BeforeEach
  void open() throws Exception {
    store =
        SqliteStore.open(directory.resolve("drover.db"), new Feed(), ids, InstantSource.system());
  }

  @AfterEach
  void close() {
    store.close();
  }

  private static final class ClosedStore implements StoreView {
    @Override
    public Store store() {
      throw new IllegalStateException("not open");
    }
  }

  private Envelope envelope() {
    return new Envelope(
        new ListedKeys(keys::get, "a test", RANDOM), store.vaults(), RANDOM, System::nanoTime);
  }

  private VaultId vault() {
    var id = new VaultId(ids.next(VaultId.PREFIX));
    store
        .catalogs()
        .of(Vault.KIND)
        .create(new Resource<>(id.value(), WORKSPACE, new Vault("V", Map.of()), Instant.EPOCH));
    return id;
  }

  private Credential credential(VaultId vault) {
    return Credential.of(
        new CredentialId(ids.next(CredentialId.PREFIX)),
        WORKSPACE,
        vault,
        new CredentialDraft(
            null, Map.of(), new CredentialAuth.StaticBearer("https://a.example"), Map.of()),
        Instant.EPOCH);
  }

  private static Credential with(Credential one, WorkspaceId workspace, VaultId vault, String id) {
    return new Credential(
        new CredentialId(id),
        workspace,
        vault,
        null,
        Map.of(),
        one.auth(),
        1,
        1,
        Instant.EPOCH,
        Instant.EPOCH,
        null);
  }

  @Test
  void aSecretComesBackFromItsPlaceAndFromNoOther() {
    var envelope = envelope();
    var home = credential(vault());
    var sealed = envelope.seal(home, SecretField.TOKEN, SECRET);
    assertThat(envelope.open(home, sealed).reveal()).isEqualTo(SECRET.reveal());
    assertThat(envelope().open(home, sealed).reveal()).isEqualTo(SECRET.reveal());
    assertThat(sealed.toString() + sealed.value()).doesNotContain(SECRET.reveal());
    assertThat(envelope.seal(home, SecretField.TOKEN, SECRET).value()).isNotEqualTo(sealed.value());
    for (var elsewhere :
        List.of(
            credential(home.vault()),
            with(home, new WorkspaceId("wrkspc_2"), home.vault(), home.id().value()))) {
      fails(envelope, elsewhere, sealed);
    }
    fails(envelope, home, new SealedSecret(SecretField.CLIENT_SECRET, 1, 1, sealed.value()));
    fails(envelope, home, new SealedSecret(SecretField.TOKEN, 2, 1, sealed.value()));
  }

  @Test
  void aSigningSecretComesBackForItsEndpointAndForNoOther() {
    var envelope = envelope();
    var sealed = envelope.sealSigningKey(WORKSPACE, "we_1", SECRET);
    assertThat(sealed.value()).doesNotContain(SECRET.reveal());
    assertThat(envelope().openSigningKey(WORKSPACE, "we_1", sealed).reveal())
        .isEqualTo(SECRET.reveal());
    assertThatThrownBy(() -> envelope.openSigningKey(WORKSPACE, "we_2", sealed))
        .hasMessage("The signing secret of we_2 is damaged.");
  }

  private static void fails(Envelope envelope, Credential credential, SealedSecret sealed) {
    assertThatThrownBy(() -> envelope.open(credential, sealed))
        .isInstanceOfSatisfying(
            Problem.class, e -> assertThat(e.kind()).isEqualTo(Problem.Kind.UNAVAILABLE))
        .hasMessageEndingWith("is damaged.");
  }

  @Test
  void everyChangedByteOfACiphertextIsNoticed() {
    var envelope = envelope();
    var home = credential(vault());
    var sealed = envelope.seal(home, SecretField.TOKEN, new Secret("x"));
    var bytes = Base64.getDecoder().decode(sealed.value());
    for (int i = 0; i < bytes.length; i++) {
      var changed = bytes.clone();
      changed[i] ^= 1;
      var text = Base64.getEncoder().encodeToString(changed);
      fails(envelope, home, new SealedSecret(SecretField.TOKEN, 1, 1, text));
    }
    for (var text : List.of("", "AA", "!", sealed.value().substring(4))) {
      fails(envelope, home, new SealedSecret(SecretField.TOKEN, 1, 1, text));
    }
  }

  @Test
  void aKeyOfAVaultCannotBeUsedForAnotherOne() {
    var envelope = envelope();
    var one = credential(vault());
    var other = credential(vault());
    var sealed = envelope.seal(one, SecretField.TOKEN, SECRET);
    envelope.seal(other, SecretField.TOKEN, SECRET);
    var mine = store.vaults().keys(one.vault()).getFirst();
    var theirs = store.vaults().keys(other.vault()).getFirst();
    store.vaults().replaceKey(one.vault(), mine, theirs);
    assertThatThrownBy(() -> envelope().open(one, sealed))
        .isInstanceOf(Problem.class)
        .hasMessage("A vault cannot be opened with the key k1.");
  }

  @Test
  void keysAreEncryptedAnewWhileSecretsAreRead() {
    var before = envelope();
    var home = credential(vault());
    var sealed = before.seal(home, SecretField.TOKEN, SECRET);
    assertThat(before.needsRewrap()).isFalse();
    var shared = before.serverKey("shared", () -> new byte[] {1, 2});
    var first = keys.get();
    keys.set(first + "," + TestKeys.text("k2"));
    var after = envelope();
    assertThat(after.needsRewrap()).isTrue();
    after.rewrap();
    assertThat(after.needsRewrap()).isFalse();
    assertThat(store.vaults().keks()).containsExactly("k2");
    assertThat(before.open(home, sealed).reveal()).isEqualTo(SECRET.reveal());
    assertThat(after.open(home, sealed).reveal()).isEqualTo(SECRET.reveal());
    keys.set(keys.get().substring(first.length() + 1));
    assertThat(envelope().open(home, sealed).reveal()).isEqualTo(SECRET.reveal());
    assertThat(envelope().serverKey("shared", () -> new byte[0])).isEqualTo(shared);
  }

  /// A server that started with the old keys only reads the new one when it needs it.
  @Test
  void aKeyThatWasAddedMeanwhileIsFound() {
    var old = envelope();
    var home = credential(vault());
    old.seal(home, SecretField.TOKEN, SECRET);
    keys.set(keys.get() + "\n" + TestKeys.text("k2") + "\n");
    var other = credential(vault());
    var sealed = envelope().seal(other, SecretField.TOKEN, SECRET);
    assertThat(old.open(other, sealed).reveal()).isEqualTo(SECRET.reveal());
  }

  @Test
  void aServerWithOtherKeysMakesNoSecretsAndSaysWhichKeyIsMissing() {
    var home = credential(vault());
    var sealed = envelope().seal(home, SecretField.TOKEN, SECRET);
    keys.set(TestKeys.text("other"));
    var stranger = envelope();
    assertThatThrownBy(() -> stranger.open(home, sealed))
        .isInstanceOf(Problem.class)
        .hasMessage("This server does not have the key k1 of a vault.");
    assertThatThrownBy(() -> stranger.seal(credential(vault()), SecretField.TOKEN, SECRET))
        .isInstanceOf(Problem.class)
        .hasMessage("This server does not have the key k1, which encrypts other vaults.");
    assertThatThrownBy(stranger::rewrap).isInstanceOf(Problem.class);
  }

  @Test
  void theFileOfKeysIsMadeOnceAndOnlyItsOwnerMayReadIt() throws Exception {
    var file = directory.resolve("vault-keys");
    var text = new KeyFile(file, ids, RANDOM).read();
    assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(file)))
        .isEqualTo("rw-------");
    assertThat(new KeyFile(file, ids, RANDOM).read()).isEqualTo(text);
    assertThat(new KeyList(text).current()).startsWith("k01");
    try (var all = Files.list(directory)) {
      assertThat(all.filter(one -> one.toString().endsWith(".new"))).isEmpty();
    }
    Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-r-----"));
    var kms = new ListedKeys(new KeyFile(file, ids, RANDOM), file.toString(), RANDOM);
    assertThatThrownBy(kms::current)
        .hasMessage("The keys of vaults cannot be read.")
        .cause()
        .hasMessageContaining("others have access to it; run: chmod 600 " + file);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        " ,\n",
        "canary",
        "k:canary",
        "k:canarycanarycanarycanarycanarycanarycan=",
        ":AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=",
        "k 1:AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=",
        "k:AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=,k:AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=",
        "k:AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"
      })
  void aListThatIsNotOneIsRefusedWithoutShowingIt(String text) {
    assertThatThrownBy(() -> new KeyList(text))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageNotContaining("canary");
  }

  @Test
  void theCiphertextHasTheDocumentedForm() throws Exception {
    var key = new SecretKeySpec(new byte[AesGcm.KEY], "AES");
    var bound = "place".getBytes(StandardCharsets.UTF_8);
    var sealed = AesGcm.seal(key, new byte[5], bound, RANDOM);
    assertThat(sealed).hasSize(1 + 12 + 5 + 16).startsWith(1);
    assertThat(AesGcm.open(key, sealed, bound)).isEqualTo(new byte[5]);
  }
}
