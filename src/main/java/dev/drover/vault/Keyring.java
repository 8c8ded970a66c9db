package dev.drover.vault;

import dev.drover.base.Secret;
import dev.drover.catalog.VaultId;
import java.net.URI;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import java.util.function.Predicate;
import java.util.random.RandomGenerator;

/// Finds the secrets that sessions may use for other servers. It is asked before each request, so a
/// change of a credential takes effect at once. Of several vaults, the first one that has a
/// credential for the server counts. Each secret that it returns has a [UseReceipt]. Safe for many
/// threads.
public final class Keyring {
  /// How long before its end an access token is replaced, at least and at most.
  private static final Duration EARLY = Duration.ofSeconds(60);

  private static final Duration EARLIEST = Duration.ofSeconds(90);

  private final VaultStore store;
  private final Envelope envelope;
  private final TokenRefresh refresh;
  private final Receipts receipts;
  private final RandomGenerator random;
  private final InstantSource clock;
  private final Predicate<String> kinds;

  /// @param kinds whether credentials of a kind may be used, asked at each use
  Keyring(
      VaultStore store,
      Envelope envelope,
      TokenRefresh refresh,
      Receipts receipts,
      RandomGenerator random,
      InstantSource clock,
      Predicate<String> kinds) {
    this.kinds = kinds;
    this.store = store;
    this.envelope = envelope;
    this.refresh = refresh;
    this.receipts = receipts;
    this.random = random;
    this.clock = clock;
  }

  /// The token for a server; empty if no vault has one. An access token that ends soon is replaced
  /// first; if that fails, the old one is returned, and the server decides.
  ///
  /// @param vaults the vaults of the session, the preferred ones first
  /// @throws dev.drover.base.Problem `UNAVAILABLE` if the store or the keys cannot be used
  public Optional<Secret> forUrl(Use use, List<VaultId> vaults, URI url)
      throws InterruptedException {
    var found = find(use, vaults, url);
    if (found.isEmpty()) {
      return Optional.empty();
    }
    var stored = endsSoon(found.get()) ? renewed(use, found.get()).or(() -> found) : found;
    return used(use, stored, url);
  }

  /// Another token for a server that did not accept one; empty if there is none.
  ///
  /// @param rejected the token that [#forUrl] returned
  /// @throws dev.drover.base.Problem as [#forUrl]
  public Optional<Secret> insteadOf(Secret rejected, Use use, List<VaultId> vaults, URI url)
      throws InterruptedException {
    var found = find(use, vaults, url);
    if (found.isEmpty()) {
      return Optional.empty();
    }
    var current = open(found.get());
    boolean changed = current.isPresent() && !current.get().reveal().equals(rejected.reveal());
    return used(use, changed ? found : renewed(use, found.get()), url);
  }

  /// The token of a repository, for a request to its git server.
  ///
  /// @param resource the id of the repository
  /// @throws dev.drover.base.Problem as [#forUrl]
  public Secret ofRepository(Use use, String resource, SealedSecret token, URI url) {
    var secret = envelope.openToken(use.workspace(), resource, token);
    receipts.add(UseReceipt.Draft.ofRepository(use, resource, url));
    return secret;
  }

  private Optional<VaultStore.Stored> find(Use use, List<VaultId> vaults, URI url) {
    if (url.getScheme() == null || url.getHost() == null) {
      return Optional.empty();
    }
    return store.find(use.workspace(), vaults, ServerUrl.lookup(url)).stream()
        .flatMap(credential -> store.secrets(credential.id()).stream())
        .filter(stored -> token(stored).isPresent())
        .filter(stored -> kinds.test(stored.credential().auth().kind()))
        .findFirst();
  }

  /// The secret that is sent to the server.
  static Optional<SealedSecret> token(VaultStore.Stored stored) {
    return switch (stored.credential().auth()) {
      case CredentialAuth.McpOauth _ -> stored.secret(SecretField.ACCESS_TOKEN);
      case CredentialAuth.StaticBearer _ -> stored.secret(SecretField.TOKEN);
      case CredentialAuth.EnvironmentVariable _, CredentialAuth.Other _ -> Optional.empty();
    };
  }

  private boolean endsSoon(VaultStore.Stored stored) {
    if (!(stored.credential().auth() instanceof CredentialAuth.McpOauth oauth)
        || oauth.refresh().isEmpty()) {
      return false;
    }
    long early = random.nextLong(EARLY.toMillis(), EARLIEST.toMillis());
    return oauth
        .expiresAt()
        .filter(end -> !clock.instant().plusMillis(early).isBefore(end))
        .isPresent();
  }

  private Optional<VaultStore.Stored> renewed(Use use, VaultStore.Stored stored)
      throws InterruptedException {
    return stored.credential().auth() instanceof CredentialAuth.McpOauth
            && refresh.renew(use, stored, false) instanceof RefreshOutcome.Renewed(var renewed)
        ? Optional.of(renewed)
        : Optional.empty();
  }

  private Optional<Secret> open(VaultStore.Stored stored) {
    return token(stored).map(found -> envelope.open(stored.credential(), found));
  }

  private Optional<Secret> used(Use use, Optional<VaultStore.Stored> stored, URI url) {
    var secret = stored.flatMap(this::open);
    secret.ifPresent(
        _ -> receipts.add(UseReceipt.Draft.of(use, stored.orElseThrow().credential(), url)));
    return secret;
  }
}
