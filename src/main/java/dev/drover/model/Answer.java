package dev.drover.model;

import dev.drover.base.Json;
import dev.drover.session.ModelUsage;
import java.time.Duration;
import java.util.Optional;

/// What came of asking a model.
public sealed interface Answer {
  /// A whole reply: its end was seen.
  ///
  /// @param content the blocks of the reply, unchanged, unknown ones included; they are sent back
  ///   as they are
  /// @param stopReason the Messages API's `stop_reason`
  /// @param stopDetails its `stop_details`, or an empty object
  record Reply(Json.Arr content, String stopReason, Json.Obj stopDetails, ModelUsage usage)
      implements Answer {}

  /// No reply. Whatever was heard of one is void.
  ///
  /// @param message says what happened, fit for a client; never a key, a header or a prompt
  /// @param retryAfter how long the model's server asked us to wait
  record Failure(Kind kind, String message, Optional<Duration> retryAfter) implements Answer {}

  /// Why there is no reply.
  enum Kind {
    /// The server has too much to do (529, 503).
    OVERLOADED(true),
    /// We asked too often (429).
    RATE_LIMITED(true),
    /// The connection, the server or its stream broke; another try may work.
    BROKEN(true),
    /// The server understood and refused; another try will not work.
    REJECTED(false),
    /// The account cannot pay (402).
    BILLING(false),
    /// The prompt is longer than the model's context.
    CONTEXT_FULL(false);

    private final boolean retryable;

    Kind(boolean retryable) {
      this.retryable = retryable;
    }

    public boolean retryable() {
      return retryable;
    }
  }
}
