package dev.drover.vault;

/// What came of a request for a new access token.
public sealed interface RefreshOutcome {
  /// There is a new one, perhaps by another node.
  record Renewed(VaultStore.Stored stored) implements RefreshOutcome {}

  /// The OAuth server answered, but with no token.
  ///
  /// @param refused whether it does not accept the secrets
  record Failed(boolean refused, CapturedResponse response) implements RefreshOutcome {}

  /// The OAuth server did not answer.
  ///
  /// @param why in a few words
  record Unreachable(String why) implements RefreshOutcome {}

  /// Nobody tried: the last try failed a moment ago, or the OAuth server refused before.
  record Skipped() implements RefreshOutcome {}

  /// There is no refresh token, or the credential does not exist any more.
  record Impossible() implements RefreshOutcome {}
}
