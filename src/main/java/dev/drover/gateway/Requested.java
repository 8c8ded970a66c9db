package dev.drover.gateway;

import dev.drover.http.Unreachable;

/// Reads the destination of a connection.
final class Requested {
  private Requested() {}

  /// @param authority as in [Destination#of]
  /// @throws NotConnected if it is in a form that is not accepted
  static Destination of(String authority, int usual) throws NotConnected {
    try {
      return Destination.of(authority, usual);
    } catch (Unreachable e) {
      // The text is not repeated: it may be anything.
      throw new NotConnected(
          Verdict.Reason.FORM, "a connection was refused: " + e.what() + Policy.ADVICE, e);
    }
  }
}
