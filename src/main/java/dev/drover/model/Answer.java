package dev.drover.model;

import dev.drover.base.Json;
import dev.drover.session.ModelUsage;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;

/// What came of asking a model.
public sealed interface Answer {
  /// A whole reply: its end was seen.
  ///
  /// @param content the blocks of the reply, unchanged, unknown ones included; they are sent back
  ///   as they are
  /// @param stopReason the Messages API's `stop_reason`
  /// @param stopDetails its `stop_details`, or an empty object
  /// @param flaws what of the reply cannot be used
  record Reply(
      Json.Arr content, String stopReason, Json.Obj stopDetails, ModelUsage usage, Flaws flaws)
      implements Answer {
    /// A reply without a flaw.
    public Reply(Json.Arr content, String stopReason, Json.Obj stopDetails, ModelUsage usage) {
      this(content, stopReason, stopDetails, usage, Flaws.NONE);
    }
  }

  /// What of a whole reply cannot be used: a model that is told of it can correct it.
  ///
  /// @param unreadable calls whose input is not one JSON object: the block's index in the content,
  ///   and what is wrong with its input, quoted. The block stands there with an empty input, and
  ///   must not be run
  /// @param lost what the content lacks
  record Flaws(Map<Integer, String> unreadable, Lost lost) {
    public static final Flaws NONE = new Flaws(Map.of(), Lost.NOTHING);

    public Flaws {
      unreadable = Map.copyOf(unreadable);
    }
  }

  /// What is missing from a reply's content.
  enum Lost {
    NOTHING,
    /// A tool call that the reply's limit cut off in the middle.
    CUT_CALL,
    /// A tool call that the model's server could not parse, and so did not send.
    MALFORMED_CALL
  }

  /// No reply. Whatever was heard of one is void.
  ///
  /// @param message says what happened, fit for a client; never a key, a header or a prompt
  /// @param retryAfter how long the model's server asked us to wait
  /// @param said what more the server said
  record Failure(Kind kind, String message, Optional<Duration> retryAfter, Said said)
      implements Answer {
    /// A failure of which the message says everything.
    public Failure(Kind kind, String message, Optional<Duration> retryAfter) {
      this(kind, message, retryAfter, Said.NOTHING);
    }

    /// The same failure of a server that counts its messages in another way than the prompt.
    public Failure withoutIndexes() {
      return new Failure(kind, message, retryAfter, new Said(said.words, false));
    }
  }

  /// All that a server said of an error: for finding its cause, never for a client or a log.
  ///
  /// @param words with the code and the names of the parts of the request; may be empty
  /// @param indexed whether the indexes in them are those of the prompt's messages and blocks
  record Said(String words, boolean indexed) {
    public static final Said NOTHING = new Said("", true);

    /// Without the words.
    @Override
    public String toString() {
      return "Said[%d characters]".formatted(words.length());
    }
  }

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
