package dev.drover.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.drover.base.Json;
import dev.drover.base.Problem;
import dev.drover.base.Scope;
import dev.drover.base.Secret;
import dev.drover.catalog.Resource;
import dev.drover.catalog.Vault;
import dev.drover.catalog.VaultId;
import dev.drover.session.Job;
import dev.drover.session.SessionId;
import dev.drover.vault.Credential;
import dev.drover.vault.CredentialAuth;
import dev.drover.vault.CredentialAuth.EnvironmentVariable;
import dev.drover.vault.CredentialAuth.McpOauth;
import dev.drover.vault.CredentialAuth.StaticBearer;
import dev.drover.vault.CredentialDraft;
import dev.drover.vault.CredentialId;
import dev.drover.vault.Envelope;
import dev.drover.vault.OauthRefresh;
import dev.drover.vault.Placeholders;
import dev.drover.vault.Receipts;
import dev.drover.vault.RefreshClaim;
import dev.drover.vault.SecretField;
import dev.drover.vault.TestKeys;
import dev.drover.vault.Use;
import dev.drover.vault.UseReceipt;
import dev.drover.vault.VaultKey;
import dev.drover.vault.VaultStore;
import dev.drover.wire.ReceiptCodec;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.stream.IntStream;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/// What every [VaultStore] does, and every [Receipts].
abstract class VaultsContract extends StoreContract {
  private static final Secret TOKEN = new Secret("canary-token");
  private static final Duration LEASE = Duration.ofMinutes(5);

  private VaultId vault = new VaultId("vlt_none");
  private @Nullable Envelope sealing;

  @BeforeEach
  final void makeVault() {
    vault = newVault();
    sealing = TestKeys.envelope(vaults());
  }

  private Envelope envelope() {
    return Objects.requireNonNull(sealing);
  }

  private VaultStore vaults() {
    return store.vaults();
  }

  private VaultId newVault() {
    var id = new VaultId(ids.next(VaultId.PREFIX));
    var resource =
        new Resource<>(id.value(), WORKSPACE, new Vault("Alice", Map.of()), clock.instant());
    store.catalogs().of(Vault.KIND).create(resource);
    return id;
  }

  private static CredentialDraft bearer(String url) {
    return new CredentialDraft(
        "Name", Map.of("a", "1"), new StaticBearer(url), Map.of(SecretField.TOKEN, TOKEN));
  }

  private static McpOauth oauth(String url) {
    var refresh =
        new OauthRefresh(
            "https://auth.example/token",
            "client",
            OauthRefresh.ClientAuth.POST,
            Optional.empty(),
            Optional.of("read"));
    return new McpOauth(url, Optional.empty(), Optional.of(refresh));
  }

  private Credential create(VaultId in, CredentialDraft draft) {
    var id = new CredentialId(ids.next(CredentialId.PREFIX));
    var made = Credential.of(id, WORKSPACE, in, draft, clock.instant());
    vaults()
        .create(
            made,
            draft.secrets().entrySet().stream()
                .map(secret -> envelope().seal(made, secret.getKey(), secret.getValue()))
                .toList());
    return made;
  }

  private Credential get(Credential credential) {
    return vaults().get(WORKSPACE, credential.vault(), credential.id());
  }

  private Optional<String> token(Credential credential, SecretField field) {
    return vaults()
        .secrets(credential.id())
        .flatMap(
            stored ->
                stored
                    .secret(field)
                    .map(found -> envelope().open(stored.credential(), found).reveal()));
  }

  private boolean replace(Credential before, CredentialDraft draft) {
    clock.move(Duration.ofSeconds(1));
    var after = before.changed(draft, clock.instant());
    return vaults()
        .replace(
            after,
            draft.secrets().entrySet().stream()
                .map(secret -> envelope().seal(after, secret.getKey(), secret.getValue()))
                .toList());
  }

  private static void refuses(ThrowingCallable call, Problem.Kind kind) {
    assertThatThrownBy(call)
        .isInstanceOfSatisfying(Problem.class, e -> assertThat(e.kind()).isEqualTo(kind));
  }

  private Set<String> purges() {
    return Set.copyOf(
        store.jobs().claim(Set.of(Job.PURGE_SECRETS), 100).stream().map(Job::key).toList());
  }

  @Test
  void everyKindOfCredentialIsStoredWithItsSecretsAndComesBack() throws Exception {
    var drafts =
        List.of(
            bearer("https://a.example/mcp"),
            new CredentialDraft(
                null,
                Map.of(),
                oauth("https://b.example").expiring(Optional.of(clock.instant())),
                Map.of(
                    SecretField.ACCESS_TOKEN,
                    new Secret("access"),
                    SecretField.REFRESH_TOKEN,
                    new Secret("refresh"),
                    SecretField.CLIENT_SECRET,
                    new Secret("client ünïcode"))),
            new CredentialDraft(
                "",
                Map.of(),
                new EnvironmentVariable("KEY", Optional.of(List.of("*.a.example")), true, false),
                Map.of(SecretField.SECRET_VALUE, new Secret("value"))),
            new CredentialDraft(
                null,
                Map.of(),
                new EnvironmentVariable("OTHER", Optional.empty(), false, true),
                Map.of(SecretField.SECRET_VALUE, new Secret("v"))));
    var made = drafts.stream().map(draft -> create(vault, draft)).toList();
    reopened();
    for (int i = 0; i < made.size(); i++) {
      assertThat(get(made.get(i))).isEqualTo(made.get(i));
      for (var secret : drafts.get(i).secrets().entrySet()) {
        assertThat(token(made.get(i), secret.getKey())).hasValue(secret.getValue().reveal());
      }
    }
    assertThat(vaults().keys(vault)).hasSize(1);
  }

  @Test
  void anActiveCredentialIsTheOnlyOneForItsServerHoweverTheUrlIsSpelled() {
    var first = create(vault, bearer("https://a.example/mcp"));
    for (var same : List.of("https://a.example/mcp", "HTTPS://A.example:443/mcp/")) {
      refuses(() -> create(vault, bearer(same)), Problem.Kind.CONFLICT);
    }
    refuses(
        () ->
            create(
                vault,
                new CredentialDraft(null, Map.of(), oauth("https://a.example/mcp"), Map.of())),
        Problem.Kind.CONFLICT);
    create(vault, bearer("https://a.example/MCP"));
    create(vault, bearer("http://a.example/mcp"));
    create(newVault(), bearer("https://a.example/mcp"));
    vaults().archive(WORKSPACE, vault, first.id(), clock.instant());
    create(vault, bearer("https://a.example/mcp"));
  }

  @Test
  void ofManyCreationsAtOnceForOneServerOneSucceeds() throws Exception {
    int made = 0;
    try (var scope = new Scope()) {
      var running =
          IntStream.range(0, 8).mapToObj(_ -> scope.fork(() -> succeeds("https://a.example")));
      for (var one : running.toList()) {
        made += one.join() ? 1 : 0;
      }
    }
    assertThat(made).isOne();
    assertThat(vaults().keys(vault)).hasSize(1);
  }

  private boolean succeeds(String url) {
    try {
      create(vault, bearer(url));
      return true;
    } catch (Problem e) {
      assertThat(e.kind()).isEqualTo(Problem.Kind.CONFLICT);
      return false;
    }
  }

  @Test
  void aVaultHasAtMostTwentyActiveCredentials() {
    var made =
        IntStream.range(0, Credential.MOST)
            .mapToObj(i -> create(vault, bearer("https://a.example/" + i)))
            .toList();
    refuses(() -> create(vault, bearer("https://a.example/x")), Problem.Kind.INVALID_REQUEST);
    vaults().archive(WORKSPACE, vault, made.getFirst().id(), clock.instant());
    create(vault, bearer("https://a.example/x"));
  }

  @Test
  void credentialsAreListedNewestFirstInPages() {
    var made = new ArrayList<Credential>();
    for (int i = 0; i < 5; i++) {
      clock.move(Duration.ofSeconds(1));
      made.addFirst(create(vault, bearer("https://a.example/" + i)));
    }
    create(newVault(), bearer("https://a.example"));
    vaults().archive(WORKSPACE, vault, made.get(2).id(), clock.instant());
    var seen = new ArrayList<CredentialId>();
    var page = Optional.<String>empty();
    do {
      var found = vaults().list(WORKSPACE, vault, true, 2, page);
      found.items().forEach(one -> seen.add(one.id()));
      page = found.next();
    } while (page.isPresent());
    assertThat(seen).containsExactlyElementsOf(made.stream().map(Credential::id).toList());
    assertThat(vaults().list(WORKSPACE, vault, false, 9, Optional.empty()).items())
        .hasSize(4)
        .doesNotContain(made.get(2));
    refuses(
        () -> vaults().list(WORKSPACE, vault, true, 2, Optional.of("x")),
        Problem.Kind.INVALID_REQUEST);
  }

  @Test
  void aChangeReplacesOnlyTheSecretsThatItNamesAndOnlyWhatWasSeen() {
    var made =
        create(
            vault,
            new CredentialDraft(
                null,
                Map.of(),
                oauth("https://a.example"),
                Map.of(
                    SecretField.ACCESS_TOKEN, TOKEN, SecretField.REFRESH_TOKEN, new Secret("r1"))));
    var draft =
        new CredentialDraft(
            "New",
            Map.of("b", "2"),
            made.auth(),
            Map.of(SecretField.ACCESS_TOKEN, new Secret("a2")));
    assertThat(replace(made, draft)).isTrue();
    assertThat(replace(made, draft)).isFalse();
    var changed = get(made);
    assertThat(changed.displayName()).isEqualTo("New");
    assertThat(changed.metadata()).isEqualTo(Map.of("b", "2"));
    assertThat(changed.updatedAt()).isAfter(made.updatedAt());
    assertThat(token(made, SecretField.ACCESS_TOKEN)).hasValue("a2");
    assertThat(token(made, SecretField.REFRESH_TOKEN)).hasValue("r1");
    assertThat(purges()).hasSize(1);
  }

  @Test
  void anArchivedCredentialHasNoSecretsAndDoesNotChange() {
    var made = create(vault, bearer("https://a.example"));
    var archived = vaults().archive(WORKSPACE, vault, made.id(), clock.instant());
    assertThat(archived.archivedAt()).isEqualTo(clock.instant());
    clock.move(Duration.ofSeconds(1));
    assertThat(vaults().archive(WORKSPACE, vault, made.id(), clock.instant())).isEqualTo(archived);
    assertThat(vaults().secrets(made.id())).isEmpty();
    assertThat(vaults().find(WORKSPACE, List.of(vault), made.auth().lookup())).isEmpty();
    refuses(() -> replace(archived, bearer("https://a.example")), Problem.Kind.INVALID_REQUEST);
    assertThat(purges()).containsExactly(made.id().value());
    vaults().delete(WORKSPACE, vault, made.id());
    refuses(() -> get(made), Problem.Kind.NOT_FOUND);
  }

  @Test
  void anArchivedVaultHasNoSecretsAndTakesNoMore() {
    var made = create(vault, bearer("https://a.example"));
    store.catalogs().of(Vault.KIND).archive(WORKSPACE, vault.value(), clock.instant());
    assertThat(get(made).archivedAt()).isEqualTo(clock.instant());
    assertThat(vaults().secrets(made.id())).isEmpty();
    assertThat(vaults().keys(vault)).isEmpty();
    refuses(() -> create(vault, bearer("https://b.example")), Problem.Kind.INVALID_REQUEST);
    assertThat(purges()).containsExactly(vault.value());
  }

  @Test
  void aDeletedVaultLeavesNothing() {
    var made = create(vault, bearer("https://a.example"));
    store.catalogs().of(Vault.KIND).delete(WORKSPACE, vault.value());
    refuses(() -> get(made), Problem.Kind.NOT_FOUND);
    assertThat(vaults().secrets(made.id())).isEmpty();
    assertThat(vaults().keys(vault)).isEmpty();
    assertThat(vaults().keks()).isEmpty();
    assertThat(vaults().find(WORKSPACE, List.of(vault), made.auth().lookup())).isEmpty();
    assertThat(vaults().purge()).isTrue();
  }

  @Test
  void anotherWorkspaceFindsNothing() {
    var made = create(vault, bearer("https://a.example"));
    refuses(() -> vaults().get(OTHER_WORKSPACE, vault, made.id()), Problem.Kind.NOT_FOUND);
    refuses(
        () -> vaults().list(OTHER_WORKSPACE, vault, true, 9, Optional.empty()),
        Problem.Kind.NOT_FOUND);
    refuses(
        () -> vaults().archive(OTHER_WORKSPACE, vault, made.id(), clock.instant()),
        Problem.Kind.NOT_FOUND);
    refuses(() -> vaults().delete(OTHER_WORKSPACE, vault, made.id()), Problem.Kind.NOT_FOUND);
    refuses(() -> vaults().get(WORKSPACE, newVault(), made.id()), Problem.Kind.NOT_FOUND);
    assertThat(vaults().find(OTHER_WORKSPACE, List.of(vault), made.auth().lookup())).isEmpty();
    assertThat(get(made)).isEqualTo(made);
  }

  @Test
  void theFirstVaultThatHasACredentialCounts() {
    var other = newVault();
    var one = create(vault, bearer("https://a.example"));
    var two = create(other, bearer("https://a.example"));
    var lookup = one.auth().lookup();
    assertThat(vaults().find(WORKSPACE, List.of(vault, other), lookup)).containsExactly(one, two);
    assertThat(vaults().find(WORKSPACE, List.of(other, vault), lookup)).containsExactly(two, one);
    assertThat(vaults().find(WORKSPACE, List.of(newVault(), vault), lookup)).containsExactly(one);
    assertThat(vaults().find(WORKSPACE, List.of(), lookup)).isEmpty();
  }

  private Credential variable(VaultId in, String name) {
    var auth = new EnvironmentVariable(name, Optional.of(List.of("a.example")), true, false);
    var secrets = Map.of(SecretField.SECRET_VALUE, TOKEN);
    return create(in, new CredentialDraft(null, Map.of(), auth, secrets));
  }

  @Test
  void theVariablesOfVaultsAreFoundInTheirOrder() {
    var other = newVault();
    var one = variable(vault, "A");
    var two = variable(other, "A");
    create(vault, bearer("https://a.example"));
    var archived = variable(other, "B");
    vaults().archive(WORKSPACE, other, archived.id(), clock.instant());
    assertThat(vaults().variables(WORKSPACE, List.of(other, newVault(), vault)))
        .containsExactly(two, one);
    assertThat(vaults().variables(OTHER_WORKSPACE, List.of(vault))).isEmpty();
    assertThat(vaults().variables(WORKSPACE, List.of())).isEmpty();
  }

  private List<String> placeholders(SessionId session) {
    return store.placeholders().of(session.value()).stream()
        .map(Placeholders.Issued::text)
        .toList();
  }

  @Test
  void aSessionKeepsThePlaceholderOfACredential() {
    var session = newSession();
    var other = newSession();
    var one = variable(vault, "A");
    var two = variable(vault, "B");
    var first = List.of(new Placeholders.Draft(one.id(), "drvph_1"));
    assertThat(store.placeholders().issue(session.value(), first)).isEqualTo(first);
    var again =
        List.of(
            new Placeholders.Draft(two.id(), "drvph_3"),
            new Placeholders.Draft(one.id(), "drvph_2"));
    assertThat(store.placeholders().issue(session.value(), again))
        .containsExactly(again.getFirst(), first.getFirst());
    assertThat(store.placeholders().issue(other.value(), again)).isEqualTo(again);
    assertThat(store.placeholders().of(session.value()))
        .containsExactly(
            new Placeholders.Issued("drvph_1", one), new Placeholders.Issued("drvph_3", two));
    vaults().archive(WORKSPACE, vault, one.id(), clock.instant());
    assertThat(placeholders(session)).containsExactly("drvph_3");
    vaults().delete(WORKSPACE, vault, two.id());
    assertThat(placeholders(session)).isEmpty();
    assertThat(placeholders(new SessionId("sesn_none"))).isEmpty();
    refuses(() -> store.placeholders().issue("sesn_none", first), Problem.Kind.NOT_FOUND);
  }

  @Test
  void placeholdersGoWithTheirSessionAndEachIsReportedOnce() {
    var session = newSession();
    var one = variable(vault, "A");
    var drafts = List.of(new Placeholders.Draft(one.id(), "drvph_1"));
    assertThat(store.placeholders().report(session.value(), one.id())).isFalse();
    store.placeholders().issue(session.value(), drafts);
    assertThat(store.placeholders().report(session.value(), one.id())).isTrue();
    assertThat(store.placeholders().report(session.value(), one.id())).isFalse();
    store.sessions().delete(WORKSPACE, session);
    assertThat(placeholders(session)).isEmpty();
  }

  @Test
  void theServersHaveOneKeyOfAName() {
    var made = envelope().serverKey("n", () -> new byte[] {1, 2, 3});
    assertThat(made).containsExactly(1, 2, 3);
    assertThat(envelope().serverKey("n", () -> new byte[] {4})).containsExactly(1, 2, 3);
    assertThat(envelope().serverKey("m", () -> new byte[] {4})).containsExactly(4);
    assertThat(vaults().keysWithout("k1", 9)).isEmpty();
    assertThat(vaults().keysWithout("k2", 9)).hasSize(2);
  }

  @Test
  void oneAtATimeMayRenewATokenAndNobodyWithOldOnes() {
    var made =
        create(
            vault,
            new CredentialDraft(
                null,
                Map.of(),
                oauth("https://a.example"),
                Map.of(SecretField.ACCESS_TOKEN, TOKEN)));
    var id = made.id();
    assertThat(vaults().claimRefresh(id, 1, false, LEASE)).isEqualTo(new RefreshClaim.Held(1));
    assertThat(vaults().claimRefresh(id, 1, true, LEASE)).isEqualTo(new RefreshClaim.Busy());
    vaults().endRefresh(id, 7, true, LEASE);
    vaults().endRefresh(id, 1, false, LEASE);
    assertThat(vaults().claimRefresh(id, 1, false, LEASE)).isEqualTo(new RefreshClaim.Failed());
    assertThat(vaults().claimRefresh(id, 1, true, Duration.ZERO))
        .isEqualTo(new RefreshClaim.Held(2));
    assertThat(vaults().claimRefresh(id, 1, false, LEASE)).isEqualTo(new RefreshClaim.Held(3));
    vaults().endRefresh(id, 3, true, Duration.ZERO);
    assertThat(vaults().claimRefresh(id, 1, false, LEASE)).isEqualTo(new RefreshClaim.Failed());
    var draft =
        new CredentialDraft(
            null, Map.of(), made.auth(), Map.of(SecretField.ACCESS_TOKEN, new Secret("new")));
    assertThat(replace(made, draft)).isTrue();
    assertThat(vaults().claimRefresh(id, 1, true, LEASE)).isEqualTo(new RefreshClaim.Changed());
    assertThat(vaults().claimRefresh(id, 2, false, LEASE)).isEqualTo(new RefreshClaim.Held(4));
    vaults().archive(WORKSPACE, vault, id, clock.instant());
    assertThat(vaults().claimRefresh(id, 2, true, LEASE)).isEqualTo(new RefreshClaim.Changed());
  }

  @Test
  void theKeyOfAVaultIsMadeOnceAndEncryptedAnewOnlyAsItWas() {
    var made = create(vault, bearer("https://a.example"));
    var key = vaults().keys(vault).getFirst();
    assertThat(vaults().addKey(WORKSPACE, vault, new VaultKey(1, "x", "y"))).isEqualTo(key);
    var other = new VaultKey(1, "k2", "wrapped");
    assertThat(vaults().keysWithout("k2", 9))
        .containsExactly(new VaultStore.OwnKey(WORKSPACE, vault, key));
    assertThat(vaults().replaceKey(vault, other, key)).isFalse();
    assertThat(vaults().replaceKey(vault, key, other)).isTrue();
    assertThat(vaults().keks()).containsExactly("k2");
    assertThat(vaults().keysWithout("k2", 9)).isEmpty();
    assertThat(vaults().replaceKey(vault, other, key)).isTrue();
    assertThat(token(made, SecretField.TOKEN)).hasValue(TOKEN.reveal());
  }

  @Test
  void aCredentialOfTomorrowIsShownAndNotUsed() {
    var tomorrow =
        new CredentialAuth.Other(
            "url https://a.example",
            Json.obj("type", "static_bearer", "mcp_server_url", "https://a.example", "only", "x"));
    var made = create(vault, new CredentialDraft(null, Map.of(), tomorrow, Map.of()));
    assertThat(get(made).auth()).isEqualTo(tomorrow);
  }

  @Test
  void receiptsAreAChainAndListedNewestFirst() {
    var made = create(vault, bearer("https://a.example"));
    for (int i = 0; i < 5; i++) {
      clock.move(Duration.ofSeconds(1));
      var use = new Use(WORKSPACE, Use.Purpose.MCP, Optional.of("sesn_" + i % 2), Optional.empty());
      store.receipts().add(new UseReceipt.Draft(use, vault, made.id(), "a.example"));
    }
    var all = new ArrayList<UseReceipt>();
    var page = Optional.<String>empty();
    do {
      var found =
          store
              .receipts()
              .list(WORKSPACE, new Receipts.Listing(Optional.empty(), Optional.empty(), 2, page));
      all.addAll(found.items());
      page = found.next();
    } while (page.isPresent());
    assertThat(all).extracting(UseReceipt::number).containsExactly(5L, 4L, 3L, 2L, 1L);
    var previous = "";
    for (var receipt : all.reversed()) {
      assertThat(receipt.previous()).isEqualTo(previous);
      assertThat(receipt.hash()).isEqualTo(ReceiptCodec.hash(receipt)).isNotEqualTo(previous);
      previous = receipt.hash();
    }
    assertThat(all).allMatch(receipt -> ReceiptCodec.write(receipt).get("uses").isEmpty());
    var counted = new Use(WORKSPACE, Use.Purpose.EGRESS_BODY, Optional.empty(), Optional.empty());
    store
        .receipts()
        .add(
            new UseReceipt.Draft(
                counted,
                Optional.of(vault),
                Optional.of(made.id()),
                Optional.empty(),
                "a.example",
                7));
    var last =
        store
            .receipts()
            .list(
                WORKSPACE,
                new Receipts.Listing(Optional.empty(), Optional.empty(), 1, Optional.empty()))
            .items()
            .getFirst();
    assertThat(last.uses()).isEqualTo(7);
    assertThat(last.hash()).isEqualTo(ReceiptCodec.hash(last));
    assertThat(ReceiptCodec.write(last).number("uses", 0)).isEqualTo(7);
    var listing =
        new Receipts.Listing(
            Optional.of(made.id().value()), Optional.of("sesn_1"), 9, Optional.empty());
    assertThat(store.receipts().list(WORKSPACE, listing).items()).hasSize(2);
    assertThat(store.receipts().list(OTHER_WORKSPACE, listing).items()).isEmpty();
  }
}
