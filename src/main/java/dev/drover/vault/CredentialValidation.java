package dev.drover.vault;

import java.time.Instant;
import java.util.Optional;

/// The result of a test of a credential at its MCP server. It contains no secret.
///
/// @param hasRefreshToken whether the credential has a refresh token
/// @param probe the request that failed; empty: none did, or there was no token to send
/// @param refresh the request for a new access token; empty: there was none
public record CredentialValidation(
    Credential credential,
    Instant at,
    boolean hasRefreshToken,
    Verdict verdict,
    Optional<FailedProbe> probe,
    Optional<TriedRefresh> refresh) {
  /// Whether the credential works.
  public enum Verdict {
    VALID,
    INVALID,
    UNKNOWN
  }

  /// A request to the MCP server that failed.
  ///
  /// @param method of MCP
  /// @param response empty: there was none
  public record FailedProbe(String method, Optional<CapturedResponse> response) {}

  /// A request for a new access token.
  ///
  /// @param status as the protocol names it
  /// @param response of the OAuth server, if it refused
  public record TriedRefresh(String status, Optional<CapturedResponse> response) {}
}
