package dev.drover.brain;

import dev.drover.base.Blank;
import dev.drover.base.Json;
import dev.drover.model.Answer;
import dev.drover.session.SessionError;
import java.util.Locale;
import java.util.Optional;

/// A defect that keeps a reply from ending its turn although no call of it can run: something is
/// missing. The model is asked again, with a note that says so.
enum Shortfall {
  /// There is no text and no call: nothing at all, blank texts, or thinking alone.
  NOTHING_USABLE(
      SessionError.Type.MODEL_REQUEST_FAILED,
      "contained neither text nor a tool call",
      "Continue with the task: call a tool, or describe in words what you have done or found."),
  /// As [#NOTHING_USABLE], and the reply reached its limit.
  NOTHING_BEFORE_LIMIT(
      SessionError.Type.MODEL_REQUEST_FAILED,
      "reached its limit of output tokens before any text or tool call",
      "Think less before you reply: call a tool, or describe in words what you have done or"
          + " found."),
  /// The model's server could not parse a call.
  MALFORMED_CALL(
      SessionError.Type.MODEL_REQUEST_FAILED,
      "contained a tool call that could not be parsed, so the call did not run",
      "Make the call again, with one well-formed JSON object as its input."),
  /// The reply has a call as words, in the form of the model's chat template: its server did not
  /// parse it.
  WRITTEN_CALL(
      SessionError.Type.MODEL_REQUEST_FAILED,
      "contained a tool call written as text, so the call did not run",
      "Make the call again as a tool call of the API, not as text."),
  /// The reply reached its limit in the middle of a call.
  CUT_CALL(
      SessionError.Type.TOOL_USE_LIMIT_REACHED,
      "was cut off at its limit of output tokens in the middle of a tool call, so the call did not"
          + " run",
      "Make smaller calls: write a long text in several parts.");

  /// The number of such replies in a row that ends the turn.
  static final int IN_A_ROW = 3;

  private static final String KEY = "shortfall";

  private static final String ENABLE_PARSING =
      " Enable tool parsing in the model's server (vLLM: --enable-auto-tool-choice"
          + " --tool-call-parser hermes, or the parser of the model).";

  private final SessionError.Type type;
  private final String what;
  private final String advice;

  Shortfall(SessionError.Type type, String what, String advice) {
    this.type = type;
    this.what = what;
    this.advice = advice;
  }

  /// The shortfall of a reply; empty if there is none, or if the stop reason says more.
  static Optional<Shortfall> of(Answer.Reply reply) {
    if (reply.stopReason().equals("refusal")
        || reply.stopReason().equals("model_context_window_exceeded")) {
      return Optional.empty();
    }
    return switch (reply.flaws().lost()) {
      case CUT_CALL -> Optional.of(CUT_CALL);
      case MALFORMED_CALL -> Optional.of(MALFORMED_CALL);
      case NOTHING -> isUsable(reply) ? written(reply) : Optional.of(nothing(reply));
    };
  }

  private static Optional<Shortfall> written(Answer.Reply reply) {
    boolean calls = false;
    boolean written = false;
    for (var json : reply.content().items()) {
      if (json instanceof Json.Obj block && !"thinking".equals(block.text("type"))) {
        var text = "text".equals(block.text("type")) ? block.text("text") : null;
        calls |= "tool_use".equals(block.text("type"));
        written = text != null && WrittenCall.is(withoutThought(text));
      }
    }
    return written && !calls && !ThreadFold.goesOn(reply.stopReason())
        ? Optional.of(WRITTEN_CALL)
        : Optional.empty();
  }

  private static Shortfall nothing(Answer.Reply reply) {
    return reply.stopReason().equals("max_tokens") ? NOTHING_BEFORE_LIMIT : NOTHING_USABLE;
  }

  private static boolean isUsable(Answer.Reply reply) {
    return reply.content().items().stream().anyMatch(block -> isUsable(reply, block));
  }

  private static boolean isUsable(Answer.Reply reply, Json json) {
    if (!(json instanceof Json.Obj block)) {
      return false;
    }
    return switch (block.text("type")) {
      case "text" -> {
        var text = block.text("text");
        yield text != null && !Blank.is(withoutThought(text));
      }
      case "tool_use" -> true;
      case "thinking", "redacted_thinking" -> false;
      // Blocks of the model server's own tools can be continued, but are not an answer by
      // themselves.
      case null, default -> ThreadFold.goesOn(reply.stopReason());
    };
  }

  /// A text without the thinking at its start, which servers that do not separate thinking leave in
  /// the text.
  static String withoutThought(String text) {
    var start = text.stripLeading();
    int end = start.indexOf("</think>");
    return start.startsWith("<think>") && end >= 0
        ? start.substring(end + "</think>".length())
        : text;
  }

  /// Adds the shortfall to the JSON that is stored with the end of a request: its name, and the
  /// note that all later versions of this program send to the model.
  Json.Obj keptIn(Json.Obj hidden) {
    return hidden
        .with(KEY, name().toLowerCase(Locale.ROOT))
        .with(
            "note",
            "[A note from the system that runs you, not from the user: your last reply "
                + what
                + ". "
                + advice
                + "]");
  }

  /// Reads the value that [#keptIn] stored; empty if there is none.
  static Optional<Shortfall> read(Json.Obj hidden) {
    var name = hidden.text(KEY);
    for (var one : values()) {
      if (one.name().toLowerCase(Locale.ROOT).equals(name)) {
        return Optional.of(one);
      }
    }
    return name == null ? Optional.empty() : Optional.of(NOTHING_USABLE);
  }

  /// The error that clients see when too many replies in a row fell short; this one is the last of
  /// them.
  SessionError error() {
    return new SessionError(
        type,
        "The model was asked again, and the last of %d replies in a row %s.%s"
            .formatted(IN_A_ROW, what, this == WRITTEN_CALL ? ENABLE_PARSING : ""),
        SessionError.Retry.EXHAUSTED);
  }
}
