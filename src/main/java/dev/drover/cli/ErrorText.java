package dev.drover.cli;

import dev.drover.base.Json;

/// A `session.error` in words.
final class ErrorText {
  private ErrorText() {}

  static String words(Json.Obj event) {
    var error = event.object("error");
    return TurnOutcome.message(error) + (isRetried(event) ? "; retrying" : "");
  }

  static boolean isRetried(Json.Obj event) {
    return "retrying".equals(event.object("error").object("retry_status").text("type"));
  }
}
