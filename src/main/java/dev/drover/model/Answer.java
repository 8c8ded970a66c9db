package dev.drover.model;

import dev.drover.base.Json;
import dev.drover.session.ModelUsage;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;

/// The result of a model request.
public sealed interface Answer {
  /// A complete reply.
  ///
  /// @param content the blocks of the reply, unchanged, including unknown ones; they are sent back
  ///   unchanged
  /// @param stopReason the Messages API's `stop_reason`
  /// @param stopDetails its `stop_details`, or an empty object
  /// @param flaws the parts of the reply that cannot be used
  record Reply(
      Json.Arr content, String stopReason, Json.Obj stopDetails, ModelUsage usage, Flaws flaws)
      implements Answer {
    /// Creates a reply without flaws.
    public Reply(Json.Arr content, String stopReason, Json.Obj stopDetails, ModelUsage usage) {
      this(content, stopReason, stopDetails, usage, Flaws.NONE);
    }
  }

  /// The parts of a complete reply that cannot be used. A model that is informed of them can
  /// correct them.
  ///
  /// @param unreadable calls whose input is not one JSON object: the block's index in the content,
  ///   and the quoted defect of its input. The block has an empty input there and must not be run
  /// @param lost the part that is missing from the content
  record Flaws(Map<Integer, String> unreadable, Lost lost) {
    public static final Flaws NONE = new Flaws(Map.of(), Lost.NOTHING);

    public Flaws {
      unreadable = Map.copyOf(unreadable);
    }
  }

  /// The part that is missing from a reply's content.
  enum Lost {
    NOTHING,
    /// A tool call that was cut off by the limit of the reply.
    CUT_CALL,
    /// A tool call that the model's server could not parse and therefore did not send.
    MALFORMED_CALL
  }

  /// A failure: there is no reply. Previews that were shown are void.
  ///
  /// @param message a description for clients, without keys, headers and prompts
  /// @param retryAfter the time that the model server asked clients to wait
  /// @param said the whole error text of the server
  record Failure(Kind kind, String message, Optional<Duration> retryAfter, Said said)
      implements Answer {
    /// Creates a failure whose message is complete.
    public Failure(Kind kind, String message, Optional<Duration> retryAfter) {
      this(kind, message, retryAfter, Said.NOTHING);
    }

    /// The same failure, of a server that numbers its messages differently from the prompt.
    public Failure withoutIndexes() {
      return new Failure(kind, message, retryAfter, new Said(said.words, false));
    }
  }

  /// The whole error text of a server, for finding the cause; never for a client or a log.
  ///
  /// @param words the text, with the code and the named parts of the request; may be empty
  /// @param indexed whether the indexes in them are those of the prompt's messages and blocks
  record Said(String words, boolean indexed) {
    public static final Said NOTHING = new Said("", true);

    /// A text without the words.
    @Override
    public String toString() {
      return "Said[%d characters]".formatted(words.length());
    }
  }

  /// The reason why there is no reply.
  enum Kind {
    /// The server is overloaded (529, 503).
    OVERLOADED(true),
    /// Too many requests (429).
    RATE_LIMITED(true),
    /// The connection, the server or its stream failed; a retry may succeed.
    BROKEN(true),
    /// The server refused the request; a retry will not succeed.
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
