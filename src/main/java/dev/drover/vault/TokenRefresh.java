package dev.drover.vault;

import dev.drover.base.Pause;
import dev.drover.base.Problem;
import dev.drover.base.Secret;
import java.lang.System.Logger.Level;
import java.net.URI;
import java.time.Duration;
import java.time.InstantSource;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/// Gets new access tokens. Many OAuth servers accept each refresh token once, so one node at a time
/// asks for a credential, under a claim in its row, and stores the answer before anybody uses it.
/// An exchange is not interrupted: its caller may give up, but the answer is stored. Safe for many
/// threads.
///
/// If the process dies between the answer and its commit, the new refresh token is lost, whatever
/// the order of writes: the next node tries the old one, and the user has to authorize again if the
/// server does not accept it.
public final class TokenRefresh implements AutoCloseable {
  /// How long a claim holds: longer than an exchange takes.
  private static final Duration LEASE = Duration.ofSeconds(30);

  private static final Duration POLL = Duration.ofMillis(250);

  /// How long nobody tries again after a failure.
  private static final Duration AFTER_FAILURE = Duration.ofSeconds(30);

  private static final System.Logger LOG = System.getLogger(TokenRefresh.class.getName());

  private final VaultStore store;
  private final Envelope envelope;
  private final TokenEndpoint endpoint;
  private final Receipts receipts;
  private final Pause pause;
  private final InstantSource clock;
  private final Map<Asked, CompletableFuture<RefreshOutcome>> running = new ConcurrentHashMap<>();

  private record Asked(CredentialId credential, long version, boolean again) {}

  TokenRefresh(
      VaultStore store,
      Envelope envelope,
      TokenEndpoint endpoint,
      Receipts receipts,
      Pause pause,
      InstantSource clock) {
    this.store = store;
    this.envelope = envelope;
    this.endpoint = endpoint;
    this.receipts = receipts;
    this.pause = pause;
    this.clock = clock;
  }

  /// Gets a new access token in place of the one that the caller has seen.
  ///
  /// @param again also if the OAuth server has refused before
  RefreshOutcome renew(Use use, VaultStore.Stored seen, boolean again) throws InterruptedException {
    var credential = seen.credential();
    var asked = new Asked(credential.id(), credential.secretsVersion(), again);
    var own = new CompletableFuture<RefreshOutcome>();
    var other = running.putIfAbsent(asked, own);
    if (other == null) {
      Thread.ofVirtual().name("drover-token-refresh").start(() -> run(asked, own, use, seen));
    }
    try {
      return (other == null ? own : other).get();
    } catch (ExecutionException e) {
      if (e.getCause() instanceof Problem problem) {
        throw problem;
      }
      throw new IllegalStateException("a token was not renewed", e);
    }
  }

  private void run(
      Asked asked, CompletableFuture<RefreshOutcome> result, Use use, VaultStore.Stored seen) {
    try {
      result.complete(claimed(asked, use, seen));
    } catch (InterruptedException | RuntimeException e) {
      result.completeExceptionally(e);
    } finally {
      running.remove(asked);
    }
  }

  private RefreshOutcome claimed(Asked asked, Use use, VaultStore.Stored seen)
      throws InterruptedException {
    while (true) { // ends: a claim of another node ends after the lease
      switch (store.claimRefresh(asked.credential, asked.version, asked.again, LEASE)) {
        case RefreshClaim.Held(var claim) -> {
          return exchange(use, seen, claim);
        }
        case RefreshClaim.Changed _ -> {
          return current(asked.credential);
        }
        case RefreshClaim.Failed _ -> {
          return new RefreshOutcome.Skipped();
        }
        case RefreshClaim.Busy _ -> pause.pause(POLL);
      }
    }
  }

  private RefreshOutcome current(CredentialId id) {
    var stored = store.secrets(id);
    return stored.isPresent()
        ? new RefreshOutcome.Renewed(stored.get())
        : new RefreshOutcome.Impossible();
  }

  private RefreshOutcome exchange(Use use, VaultStore.Stored seen, long claim)
      throws InterruptedException {
    RefreshOutcome outcome = new RefreshOutcome.Impossible();
    try {
      outcome = ask(use, seen);
      return outcome;
    } finally {
      if (!(outcome instanceof RefreshOutcome.Renewed)) {
        boolean refused = outcome instanceof RefreshOutcome.Failed failed && failed.refused();
        store.endRefresh(seen.credential().id(), claim, refused, AFTER_FAILURE);
      }
    }
  }

  private RefreshOutcome ask(Use use, VaultStore.Stored seen) throws InterruptedException {
    var credential = seen.credential();
    var token = open(seen, SecretField.REFRESH_TOKEN);
    var refresh = refresh(credential);
    if (refresh.isEmpty() || token.isEmpty()) {
      return new RefreshOutcome.Impossible();
    }
    var to = URI.create(refresh.get().tokenEndpoint());
    receipts.add(UseReceipt.Draft.of(use.with(Use.Purpose.OAUTH_REFRESH), credential, to));
    var client =
        refresh.get().clientAuth().hasSecret()
            ? open(seen, SecretField.CLIENT_SECRET)
            : Optional.<Secret>empty();
    return switch (endpoint.exchange(refresh.get(), token.get(), client.orElse(null))) {
      case TokenEndpoint.Answer.Tokens tokens -> {
        store(credential, tokens);
        yield current(credential.id());
      }
      case TokenEndpoint.Answer.NoToken(var refused, var response) -> {
        LOG.log(
            Level.WARNING,
            "the OAuth server of credential {0} answers {1} and no token{2}",
            credential.id(),
            response.status(),
            refused ? "; the user has to authorize again" : "");
        yield new RefreshOutcome.Failed(refused, response);
      }
      case TokenEndpoint.Answer.None(var why) -> {
        LOG.log(
            Level.WARNING,
            "the OAuth server of credential {0} cannot be asked: {1}",
            credential.id(),
            why);
        yield new RefreshOutcome.Unreachable(why);
      }
    };
  }

  private static Optional<OauthRefresh> refresh(Credential credential) {
    return credential.auth() instanceof CredentialAuth.McpOauth oauth
        ? oauth.refresh()
        : Optional.empty();
  }

  private Optional<Secret> open(VaultStore.Stored stored, SecretField field) {
    return stored.secret(field).map(found -> envelope.open(stored.credential(), found));
  }

  /// Stores new tokens, for as long as it takes: nobody else has them.
  private void store(Credential before, TokenEndpoint.Answer.Tokens tokens)
      throws InterruptedException {
    var expiry = clock.instant().plus(tokens.life()).truncatedTo(ChronoUnit.MICROS);
    var oauth = (CredentialAuth.McpOauth) before.auth();
    var after = before.refreshed(oauth.expiring(Optional.of(expiry)));
    while (true) {
      try {
        store.refreshed(after, sealed(after, tokens));
        return;
      } catch (Problem e) {
        if (e.kind() != Problem.Kind.UNAVAILABLE) {
          throw e;
        }
        LOG.log(
            Level.WARNING,
            "the new token of credential {0} cannot be stored yet: {1}",
            before.id(),
            e.getMessage());
        pause.pause(Duration.ofSeconds(1));
      }
    }
  }

  private List<SealedSecret> sealed(Credential after, TokenEndpoint.Answer.Tokens tokens) {
    var sealed = new ArrayList<SealedSecret>();
    sealed.add(envelope.seal(after, SecretField.ACCESS_TOKEN, tokens.access()));
    tokens
        .refresh()
        .ifPresent(token -> sealed.add(envelope.seal(after, SecretField.REFRESH_TOKEN, token)));
    return sealed;
  }

  /// Waits until running exchanges have stored their answers, but not for long.
  @Override
  public void close() {
    var all = CompletableFuture.allOf(running.values().toArray(CompletableFuture[]::new));
    try {
      all.get(LEASE.toSeconds(), TimeUnit.SECONDS);
    } catch (ExecutionException | TimeoutException _) {
      // nothing can be done about it
    } catch (InterruptedException _) {
      Thread.currentThread().interrupt();
    }
  }
}
