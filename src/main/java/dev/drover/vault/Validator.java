package dev.drover.vault;

import dev.drover.base.Problem;
import dev.drover.base.Secret;
import dev.drover.catalog.VaultId;
import dev.drover.vault.CredentialValidation.FailedProbe;
import dev.drover.vault.CredentialValidation.TriedRefresh;
import dev.drover.vault.CredentialValidation.Verdict;
import java.net.URI;
import java.time.Instant;
import java.time.InstantSource;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/// Tests credentials with OAuth at their MCP servers. Safe for many threads.
public final class Validator {
  private final VaultStore store;
  private final Envelope envelope;
  private final TokenRefresh refresh;
  private final McpProbe probe;
  private final Receipts receipts;
  private final InstantSource clock;

  Validator(
      VaultStore store,
      Envelope envelope,
      TokenRefresh refresh,
      McpProbe probe,
      Receipts receipts,
      InstantSource clock) {
    this.store = store;
    this.envelope = envelope;
    this.refresh = refresh;
    this.probe = probe;
    this.receipts = receipts;
    this.clock = clock;
  }

  /// Tests a credential. If the server does not accept its access token, it is replaced and tested
  /// again.
  ///
  /// @throws Problem `NOT_FOUND`; `INVALID_REQUEST` if it is archived, or is not one with OAuth
  public CredentialValidation validate(Use use, VaultId vault, CredentialId id)
      throws InterruptedException {
    if (!(store.get(use.workspace(), vault, id).auth() instanceof CredentialAuth.McpOauth oauth)) {
      throw Problem.invalid("Only credentials of the type mcp_oauth can be validated.");
    }
    var stored = store.secrets(id).orElseThrow(Credential::archived);
    var secrets = new ArrayList<>(secrets(stored));
    boolean refreshable =
        oauth.refresh().isPresent() && stored.secret(SecretField.REFRESH_TOKEN).isPresent();
    var url = URI.create(oauth.serverUrl());
    var first = probe(use, stored, url);
    var result = new Result(verdict(first), first, Optional.empty());
    if (result.verdict == Verdict.INVALID) {
      result =
          refreshable
              ? afterRefresh(use, stored, url, first, secrets)
              : new Result(
                  Verdict.INVALID,
                  first,
                  Optional.of(new TriedRefresh("no_refresh_token", Optional.empty())));
    }
    return result.shown(
        stored.credential(),
        clock.instant().truncatedTo(ChronoUnit.MICROS),
        refreshable,
        new Scrubber(secrets));
  }

  private record Result(
      Verdict verdict, Optional<FailedProbe> probe, Optional<TriedRefresh> refresh) {
    CredentialValidation shown(
        Credential credential, Instant at, boolean refreshable, Scrubber scrubber) {
      return new CredentialValidation(
          credential,
          at,
          refreshable,
          verdict,
          probe.map(
              failed ->
                  new FailedProbe(
                      failed.method(), failed.response().map(answer -> answer.shown(scrubber)))),
          refresh.map(
              tried ->
                  new TriedRefresh(
                      tried.status(), tried.response().map(answer -> answer.shown(scrubber)))));
    }
  }

  private List<Secret> secrets(VaultStore.Stored stored) {
    return stored.secrets().stream()
        .map(found -> envelope.open(stored.credential(), found))
        .toList();
  }

  /// The failed request; empty if the server accepts the token. A missing token fails without one.
  private Optional<FailedProbe> probe(Use use, VaultStore.Stored stored, URI url)
      throws InterruptedException {
    var token = Keyring.token(stored);
    if (token.isEmpty()) {
      return Optional.of(new FailedProbe("", Optional.empty()));
    }
    receipts.add(UseReceipt.Draft.of(use, stored.credential(), url));
    return probe.run(url, envelope.open(stored.credential(), token.get()));
  }

  private static Verdict verdict(Optional<FailedProbe> failed) {
    if (failed.isEmpty()) {
      return Verdict.VALID;
    }
    boolean rejected =
        failed.get().method().isEmpty()
            || failed.get().response().filter(CapturedResponse::isRejection).isPresent();
    return rejected ? Verdict.INVALID : Verdict.UNKNOWN;
  }

  private Result afterRefresh(
      Use use, VaultStore.Stored stored, URI url, Optional<FailedProbe> first, List<Secret> secrets)
      throws InterruptedException {
    return switch (refresh.renew(use, stored, true)) {
      case RefreshOutcome.Renewed(var renewed) -> {
        secrets.addAll(secrets(renewed));
        var second = probe(use, renewed, url);
        yield new Result(verdict(second), second, tried("succeeded", Optional.empty()));
      }
      case RefreshOutcome.Failed(var refused, var response) ->
          new Result(
              refused ? Verdict.INVALID : Verdict.UNKNOWN,
              first,
              tried("failed", Optional.of(response)));
      case RefreshOutcome.Unreachable _ ->
          new Result(Verdict.UNKNOWN, first, tried("connect_error", Optional.empty()));
      case RefreshOutcome.Skipped _ -> new Result(Verdict.UNKNOWN, first, Optional.empty());
      case RefreshOutcome.Impossible _ ->
          new Result(Verdict.INVALID, first, tried("no_refresh_token", Optional.empty()));
    };
  }

  private static Optional<TriedRefresh> tried(String status, Optional<CapturedResponse> response) {
    return Optional.of(new TriedRefresh(status, response));
  }
}
