package dev.drover.bench.context;

import dev.drover.base.Json;
import dev.drover.model.Prompt;

/// The request for a summary of the session, as the agent of a scripted session recognizes it.
final class NotesRequest {
  /// Notes that have lost every fact, which is the worst that a summary can do.
  static final String NOTES =
      "Goal: the parts of the project, one after the other, as the user asks for them. State: the"
          + " parts up to the last message are done; the work on the present one goes on with the"
          + " next step. Decisions: none that differ from the rules. Files: those below work/ that"
          + " the calls name. Next step: the next call of the present part. Open questions: none.";

  /// A phrase of the instruction for summaries.
  private static final String PHRASE = "Write working notes";

  private NotesRequest() {}

  static boolean is(Prompt prompt) {
    var messages = prompt.messages().items();
    return !messages.isEmpty()
        && messages.getLast() instanceof Json.Obj message
        && !message.items("content").isEmpty()
        && message.items("content").getLast() instanceof Json.Obj block
        && String.valueOf(block.text("text")).contains(PHRASE);
  }
}
