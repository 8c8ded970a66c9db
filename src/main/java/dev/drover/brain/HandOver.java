package dev.drover.brain;

import dev.drover.base.Blank;
import dev.drover.base.Json;
import dev.drover.hands.ToolResult;
import dev.drover.session.Event;
import dev.drover.tools.ToolSpec;
import java.util.Optional;

/// The tool with which an agent hands its work over to an empty context. Its call does nothing but
/// put a note into the log, so it needs no dispatch record.
final class HandOver {
  /// What the model reads when the context should end. It does not say that the context is nearly
  /// full: that makes some models finish in a hurry.
  static final String REQUEST =
      "[A note from the system that runs you, not from the user: bring the current step to a clean"
          + " point: files saved, tests run, work committed. Then call %s. A colleague goes on"
          + " from there with a large empty context; nothing ends here.]";

  static final ToolSpec SPEC =
      new ToolSpec(
          "hand_over",
          """
          Hand the work over to a colleague who goes on with an empty context. Call it when the \
          system asks for it, not before, as the only call of your reply. The colleague sees your \
          note, the user's own messages and the files, and nothing else.\
          """,
          Json.obj(
              "type",
              "object",
              "properties",
              Json.obj(
                  "note",
                  Json.obj(
                      "type",
                      "string",
                      "description",
                      "Working notes: the goal and what counts as done; rules in force, each with"
                          + " who set it; what is done, in progress and blocked; decisions with"
                          + " their reasons; what failed, with the error's own words; files and"
                          + " why they changed; exact values that are needed later."),
                  "next_step",
                  Json.obj(
                      "type", "string", "description", "The first thing to do next, concretely.")),
              "required",
              Json.arr("note", "next_step"),
              "additionalProperties",
              false),
          true);

  /// The name under which an agent has it if a custom tool of the agent has its name.
  static final String OTHER_NAME = "session_" + SPEC.name();

  /// The shortest note that can stand for a session, in characters.
  private static final int SHORTEST = 100;

  private static final int LONGEST = 40_000;

  private HandOver() {}

  /// The text that a call hands over; empty if it does not have a usable one.
  static Optional<String> note(Json.Obj input) {
    var note = input.text("note");
    if (note == null || note.strip().length() < SHORTEST) {
      return Optional.empty();
    }
    var next = input.text("next_step");
    var whole =
        next == null || Blank.is(next) ? note.strip() : note.strip() + "\n\nNext step: " + next;
    return Optional.of(ShortResults.cut(whole, LONGEST));
  }

  /// Whether a call is of this tool. A call by an agent that is not offered it is refused before.
  static boolean isCall(Event.ToolUse use) {
    return use instanceof Event.AgentToolUse
        && (use.name().equals(SPEC.name()) || use.name().equals(OTHER_NAME));
  }

  /// The result of a call.
  ///
  /// @param asked whether the chapter has come to the point where it is handed over
  static ToolResult answer(Event.ToolUse call, boolean asked) {
    if (!asked) {
      return ToolResult.error(
          "Not handed over: the system has not asked for it. There is enough room. Go on with the"
              + " work.");
    }
    return note(call.input()).isPresent()
        ? ToolResult.success("handed over")
        : ToolResult.error(
            "Not handed over: the note must have at least %d characters. Write down everything"
                    .formatted(SHORTEST)
                + " that a colleague needs who sees nothing of this conversation but the note and"
                + " the user's messages.");
  }
}
