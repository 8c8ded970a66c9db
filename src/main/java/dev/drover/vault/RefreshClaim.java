package dev.drover.vault;

/// The answer to a node that wants to get a new access token.
public sealed interface RefreshClaim {
  /// It may, for a while.
  ///
  /// @param number names the claim
  record Held(long number) implements RefreshClaim {}

  /// Another one is at it.
  record Busy() implements RefreshClaim {}

  /// The credential has other secrets by now, or is archived or deleted.
  record Changed() implements RefreshClaim {}

  /// The last try failed, and it is too early for another one.
  record Failed() implements RefreshClaim {}
}
