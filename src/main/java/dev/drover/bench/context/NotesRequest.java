package dev.drover.bench.context;

import dev.drover.base.Json;
import dev.drover.model.Prompt;

/// The requests for notes about the session, as the agent of a scripted session recognizes them.
final class NotesRequest {
  /// Notes that have lost every fact, which is the worst that a summary can do.
  static final String NOTES =
      "Goal: the parts of the project, one after the other, as the user asks for them. State: the"
          + " parts up to the last message are done; the work on the present one goes on with the"
          + " next step. Decisions: none that differ from the rules. Files: those below work/ that"
          + " the calls name. Next step: the next call of the present part. Open questions: none.";

  /// The tool with which an agent hands its work over.
  static final String TOOL = "hand_over";

  /// Phrases of the instructions.
  private static final String SUMMARY = "Write working notes";

  private static final String HAND_OVER = "Then call " + TOOL;

  private NotesRequest() {}

  /// Whether the prompt asks for a summary.
  static boolean isForSummary(Prompt prompt) {
    return endsWith(prompt, SUMMARY);
  }

  /// Whether the prompt asks for the call of [#TOOL].
  static boolean isForHandOver(Prompt prompt) {
    return endsWith(prompt, HAND_OVER);
  }

  private static boolean endsWith(Prompt prompt, String phrase) {
    var messages = prompt.messages().items();
    return !messages.isEmpty()
        && messages.getLast() instanceof Json.Obj message
        && !message.items("content").isEmpty()
        && message.items("content").getLast() instanceof Json.Obj block
        && String.valueOf(block.text("text")).contains(phrase);
  }
}
