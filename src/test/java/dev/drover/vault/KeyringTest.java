package dev.drover.vault;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.drover.base.Ids;
import dev.drover.base.Scope;
import dev.drover.base.Secret;
import dev.drover.catalog.VaultId;
import dev.drover.session.Feed;
import dev.drover.store.Store;
import dev.drover.store.StoreUnusable;
import dev.drover.store.sqlite.SqliteStore;
import dev.drover.vault.CredentialAuth.McpOauth;
import dev.drover.vault.CredentialAuth.StaticBearer;
import dev.drover.vault.OauthRefresh.ClientAuth;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Base64;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/// Who gets which secret, and new access tokens from a real OAuth server.
@Tag("database")
@Timeout(60)
final class KeyringTest {
  private static final String URL = "https://mcp.example/mcp";

  @TempDir static Path directory;
  private static final OauthServer OAUTH = new OauthServer();
  private static final AtomicReference<Store> STORE = new AtomicReference<>();

  private VaultRig rig = rig();
  private VaultId vault = rig.vault();

  private static VaultRig rig() {
    return new VaultRig(STORE.get(), TestKeys.one());
  }

  @BeforeAll
  static void open() throws Exception {
    STORE.set(store("drover.db"));
  }

  private static Store store(String file) throws StoreUnusable {
    return SqliteStore.open(
        directory.resolve(file), new Feed(), Ids.secure(), InstantSource.system());
  }

  @AfterAll
  static void close() {
    OAUTH.close();
    STORE.get().close();
  }

  @AfterEach
  void stop() {
    OAUTH.instead(0, "");
    rig.close();
  }

  private Credential bearer(String url, String token) {
    return rig.create(vault, new StaticBearer(url), Map.of(SecretField.TOKEN, token));
  }

  private Credential expired(ClientAuth auth) throws Exception {
    var refresh = VaultRig.refresh(OAUTH.tokenEndpoint(), auth);
    var token = String.valueOf(OAUTH.authorized().text("refresh_token"));
    return rig.expired(vault, URL, refresh, token);
  }

  @ParameterizedTest
  @CsvSource({
    "https://a.example/mcp, HTTPS://A.EXAMPLE:443/mcp/, true",
    "https://a.example/mcp/, https://a.example/mcp, true",
    "https://a.example, https://a.example/, true",
    "http://a.example:80/x, http://a.example/x, true",
    "https://a.example:8443/x, https://a.example/x, false",
    "https://a.example/x, http://a.example/x, false",
    "https://a.example/x, https://a.example/X, false",
    "https://a.example/x, https://a.example/x/y, false",
    "https://a.example/x, https://b.a.example/x, false",
    "https://a.example/x, https://a.example/x?y=1, false",
    "https://a.example/x?y=1, https://a.example/x?y=1, true",
  })
  void aTokenGoesToTheServerThatItIsFor(String of, String asked, boolean found) throws Exception {
    bearer(of, "secret");
    assertThat(rig.token(vault, asked)).isEqualTo(found ? Optional.of("secret") : Optional.empty());
  }

  @Test
  void theFirstVaultCountsAndAnArchivedCredentialDoesNot() throws Exception {
    var one = bearer(URL, "one");
    var first = vault;
    vault = rig.vault();
    bearer(URL, "two");
    var ring = rig.secrets.keyring();
    var url = URI.create(URL);
    var both = List.of(first, vault);
    assertThat(ring.forUrl(VaultRig.USE, both, url).map(Secret::reveal)).hasValue("one");
    assertThat(ring.forUrl(VaultRig.USE, both.reversed(), url).map(Secret::reveal)).hasValue("two");
    assertThat(ring.forUrl(VaultRig.USE, List.of(), url)).isEmpty();
    rig.store.vaults().archive(VaultRig.WORKSPACE, first, one.id(), rig.now.get());
    assertThat(ring.forUrl(VaultRig.USE, both, url).map(Secret::reveal)).hasValue("two");
  }

  @Test
  void eachUseHasAReceiptBeforeTheSecretLeaves() throws Exception {
    var made = bearer("https://receipts.example:8443/x", "secret");
    rig.token(vault, "https://receipts.example:8443/x");
    rig.token(vault, "https://other.example");
    var mine =
        rig.receipts().stream()
            .filter(one -> one.credential().equals(Optional.of(made.id())))
            .toList();
    assertThat(mine).hasSize(1);
    assertThat(mine.getFirst().host()).isEqualTo("receipts.example:8443");
    assertThat(mine.getFirst().purpose()).isEqualTo("mcp");
    assertThat(mine.getFirst().session()).hasValue("sesn_1");
    assertThat(mine.getFirst().event()).hasValue("sevt_1");
  }

  @ParameterizedTest
  @EnumSource(ClientAuth.class)
  void aTokenThatHasEndedIsReplacedAsTheClientAuthenticates(ClientAuth auth) throws Exception {
    int before = OAUTH.asked().size();
    var made = expired(auth);
    var token = rig.token(vault, URL).orElseThrow();
    assertThat(token).isNotEqualTo("old-access").hasSizeGreaterThan(100);
    assertThat(rig.token(vault, URL)).hasValue(token);
    assertThat(OAUTH.asked()).hasSize(before + 1);
    var sent = OAUTH.asked().getLast();
    assertThat(sent)
        .startsWith("grant_type=refresh_token&refresh_token=")
        .contains("&scope=a+b&resource=urn%3Ar");
    assertThat(sent.contains("client_secret=client+secret%2B")).isEqualTo(auth == ClientAuth.POST);
    assertThat(sent.contains("client_id=me")).isEqualTo(auth != ClientAuth.BASIC);
    var basic = Base64.getEncoder().encodeToString("me:client+secret%2B".getBytes(UTF_8));
    assertThat(OAUTH.authorizations().getLast())
        .isEqualTo(auth == ClientAuth.BASIC ? "Basic " + basic : "");
    var stored = rig.store.vaults().get(VaultRig.WORKSPACE, vault, made.id());
    assertThat(((McpOauth) stored.auth()).expiresAt().orElseThrow())
        .isAfter(rig.now.get().plusSeconds(3_000));
    assertThat(rig.secret(made, SecretField.CLIENT_SECRET)).hasValue("client secret+");
  }

  @Test
  void aTokenIsReplacedAMinuteEarlyAndNotBefore() throws Exception {
    expired(ClientAuth.POST);
    var first = rig.token(vault, URL);
    rig.now.updateAndGet(now -> now.plusSeconds(3_500));
    assertThat(rig.token(vault, URL)).isEqualTo(first);
    rig.now.updateAndGet(now -> now.plusSeconds(40));
    assertThat(rig.token(vault, URL)).isNotEqualTo(first);
  }

  @Test
  void aTokenThatTheServerDoesNotAcceptIsReplacedOnce() throws Exception {
    expired(ClientAuth.POST);
    var ring = rig.secrets.keyring();
    var url = URI.create(URL);
    var vaults = List.of(vault);
    var first = ring.forUrl(VaultRig.USE, vaults, url).orElseThrow();
    int before = OAUTH.asked().size();
    var second = ring.insteadOf(first, VaultRig.USE, vaults, url).orElseThrow();
    assertThat(second.reveal()).isNotEqualTo(first.reveal());
    assertThat(ring.insteadOf(first, VaultRig.USE, vaults, url).map(Secret::reveal))
        .hasValue(second.reveal());
    assertThat(OAUTH.asked()).hasSize(before + 1);
    bearer("https://static.example", "s");
    var fixed = URI.create("https://static.example");
    assertThat(ring.insteadOf(new Secret("s"), VaultRig.USE, vaults, fixed)).isEmpty();
    assertThat(ring.insteadOf(new Secret("older"), VaultRig.USE, vaults, fixed).map(Secret::reveal))
        .hasValue("s");
  }

  @Test
  void aRefusalIsFinalUntilTheSecretsChange() throws Exception {
    var refresh = VaultRig.refresh(OAUTH.tokenEndpoint(), ClientAuth.POST);
    var made = rig.expired(vault, URL, refresh, "was used before");
    assertThat(rig.token(vault, URL)).hasValue("old-access");
    int before = OAUTH.asked().size();
    assertThat(rig.token(vault, URL)).hasValue("old-access");
    assertThat(OAUTH.asked()).hasSize(before);
    rig.replace(made, SecretField.REFRESH_TOKEN, OAUTH.authorized().text("refresh_token"));
    assertThat(rig.token(vault, URL)).isNotEqualTo(Optional.of("old-access"));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '~',
      value = {
        "500 | oh",
        "429 | {}",
        "404 | {\"error\":\"other\"}",
        "200 | {}",
        "200 | not JSON",
        "200 | {\"access_token\":\"\"}",
        "200 | {\"access_token\":\"a b\"}",
        "200 | {\"access_token\":\"a\\r\\nx: y\"}",
        "200 | {\"access_token\":[1]}",
        "302 | {\"access_token\":\"x\"}",
      })
  void anAnswerWithoutATokenIsNoTokenAndIsNotAskedForAgainAtOnce(int status, String body)
      throws Exception {
    var made = expired(ClientAuth.POST);
    OAUTH.instead(status, body);
    assertThat(rig.token(vault, URL)).hasValue("old-access");
    int before = OAUTH.asked().size();
    assertThat(rig.token(vault, URL)).hasValue("old-access");
    assertThat(OAUTH.asked()).hasSize(before);
    assertThat(rig.store.vaults().claimRefresh(made.id(), 1, false, Duration.ZERO))
        .isEqualTo(new RefreshClaim.Failed());
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '~',
      value = {"60 | 60", "~\"60\"~ | 60", "null | 3600", "-1 | 3600", "1e99 | 315360000"})
  void theLifeOfATokenIsWhatTheServerStatesOrAnHour(String stated, long seconds) throws Exception {
    var made = expired(ClientAuth.POST);
    OAUTH.instead(200, "{\"access_token\":\"new\",\"expires_in\":" + stated + "}");
    assertThat(rig.token(vault, URL)).hasValue("new");
    var auth = (McpOauth) rig.store.vaults().get(VaultRig.WORKSPACE, vault, made.id()).auth();
    assertThat(Duration.between(rig.now.get(), auth.expiresAt().orElseThrow()).toSeconds())
        .isBetween(seconds - 1, seconds);
  }

  /// A file has one server at a time, so no other one is at it.
  @Test
  void aClaimDoesNotOutliveTheServerOfAFile() throws Exception {
    var lease = Duration.ofHours(1);
    Credential made;
    try (var store = store("died.db");
        var dies = new VaultRig(store, TestKeys.one())) {
      var refresh = VaultRig.refresh(OAUTH.tokenEndpoint(), ClientAuth.POST);
      made = dies.expired(dies.vault(), URL, refresh, "token");
      assertThat(store.vaults().claimRefresh(made.id(), 1, false, lease))
          .isEqualTo(new RefreshClaim.Held(1));
    }
    try (var store = store("died.db")) {
      assertThat(store.vaults().claimRefresh(made.id(), 1, false, lease))
          .isEqualTo(new RefreshClaim.Held(2));
    }
  }

  /// The caller of an exchange may go away; its answer may not.
  @Test
  void anInterruptedCallerLosesNoToken() throws Exception {
    var made = expired(ClientAuth.POST);
    var hold = new CountDownLatch(1);
    OAUTH.hold(hold);
    int before = OAUTH.asked().size();
    var caller =
        Thread.ofVirtual()
            .start(
                () -> {
                  try {
                    rig.token(vault, URL);
                  } catch (InterruptedException _) {
                    Thread.currentThread().interrupt();
                  }
                });
    await().until(() -> OAUTH.asked().size() > before);
    caller.interrupt();
    caller.join();
    hold.countDown();
    await()
        .until(() -> !rig.secret(made, SecretField.ACCESS_TOKEN).equals(Optional.of("old-access")));
    rig.token(vault, URL);
    assertThat(OAUTH.asked()).hasSize(before + 1);
  }

  @Test
  void fiftySessionsAtOnceAskOnce() throws Exception {
    expired(ClientAuth.POST);
    int before = OAUTH.asked().size();
    try (var scope = new Scope()) {
      var running =
          IntStream.range(0, 50).mapToObj(_ -> scope.fork(() -> rig.token(vault, URL))).toList();
      var tokens = new HashSet<Optional<String>>();
      for (var one : running) {
        tokens.add(one.join());
      }
      assertThat(tokens).hasSize(1).doesNotContain(Optional.of("old-access"));
    }
    assertThat(OAUTH.asked()).hasSize(before + 1);
  }
}
