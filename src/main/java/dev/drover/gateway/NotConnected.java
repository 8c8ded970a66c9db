package dev.drover.gateway;

import java.io.IOException;

/// A connection that a program in a sandbox asks for is not made, or ended.
final class NotConnected extends IOException {
  private static final long serialVersionUID = 1;

  private final Verdict.Reason reason;

  /// @param words as in [Verdict.Refused]
  NotConnected(Verdict.Reason reason, String words) {
    super(words);
    this.reason = reason;
  }

  NotConnected(Verdict.Reason reason, String words, Throwable cause) {
    super(words, cause);
    this.reason = reason;
  }

  Verdict.Reason reason() {
    return reason;
  }

  String words() {
    return String.valueOf(getMessage());
  }
}
