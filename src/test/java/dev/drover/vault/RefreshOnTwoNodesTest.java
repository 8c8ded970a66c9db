package dev.drover.vault;

import static org.assertj.core.api.Assertions.assertThat;

import dev.drover.base.Ids;
import dev.drover.base.Scope;
import dev.drover.base.Secret;
import dev.drover.session.Feed;
import dev.drover.store.Store;
import dev.drover.store.StoreUnusable;
import dev.drover.store.postgres.PostgresStore;
import dev.drover.testing.Postgres;
import dev.drover.vault.OauthRefresh.ClientAuth;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.Optional;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/// Refresh tokens that may be used once, on two nodes over one database.
@Tag("database")
@Timeout(60)
final class RefreshOnTwoNodesTest {
  private static final String URL = "https://mcp.example";

  private static Store open(Postgres.Database database) throws StoreUnusable {
    return PostgresStore.open(
        new Secret(database.url()),
        Duration.ofSeconds(15),
        new Feed(),
        Ids.secure(),
        InstantSource.system());
  }

  @Test
  void fiftySessionsOnTwoNodesAskOnceInEachRoundAndNoneLosesItsToken() throws Exception {
    var kms = TestKeys.one();
    try (var database = Postgres.database();
        var oauth = new OauthServer();
        var storeOne = open(database);
        var storeTwo = open(database);
        var one = new VaultRig(storeOne, kms);
        var two = new VaultRig(storeTwo, kms)) {
      var vault = one.vault();
      var token = String.valueOf(oauth.authorized().text("refresh_token"));
      var refresh = VaultRig.refresh(oauth.tokenEndpoint(), ClientAuth.POST);
      var made = one.expired(vault, URL, refresh, token);
      var seen = new HashSet<Optional<String>>();
      for (int round = 1; round <= 3; round++) {
        try (var scope = new Scope()) {
          var running = new ArrayList<Scope.Task<Optional<String>>>();
          for (int i = 0; i < 25; i++) {
            running.add(scope.fork(() -> one.token(vault, URL)));
            running.add(scope.fork(() -> two.token(vault, URL)));
          }
          for (var session : running) {
            seen.add(session.join());
          }
        }
        assertThat(oauth.asked()).hasSize(round);
        assertThat(seen).hasSize(round).doesNotContain(Optional.of("old-access"));
        var later = one.now.get().plusSeconds(3_600);
        one.now.set(later);
        two.now.set(later);
      }
      assertThat(one.secret(made, SecretField.REFRESH_TOKEN))
          .isPresent()
          .isNotEqualTo(Optional.of(token));
    }
  }

  /// A node that dies between the answer of the OAuth server and its commit takes the new refresh
  /// token with it. The next node tries the old one, once, and uses what it has.
  @Test
  void aNodeThatDiesWithTheAnswerLeavesACredentialThatHasToBeAuthorizedAgain() throws Exception {
    var kms = TestKeys.one();
    try (var database = Postgres.database();
        var oauth = new OauthServer();
        var store = open(database);
        var node = new VaultRig(store, kms)) {
      var vault = node.vault();
      var token = String.valueOf(oauth.authorized().text("refresh_token"));
      var refresh = VaultRig.refresh(oauth.tokenEndpoint(), ClientAuth.POST);
      var made = node.expired(vault, URL, refresh, token);
      // The dead node's claim, and its request.
      assertThat(store.vaults().claimRefresh(made.id(), 1, false, Duration.ofMillis(300)))
          .isInstanceOf(RefreshClaim.Held.class);
      assertThat(oauth.use(token)).isEqualTo(200);
      assertThat(node.token(vault, URL)).hasValue("old-access");
      assertThat(oauth.asked()).hasSize(1);
      assertThat(node.token(vault, URL)).hasValue("old-access");
      assertThat(oauth.asked()).hasSize(1);
    }
  }
}
