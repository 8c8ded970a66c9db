package dev.drover.bench.context;

import dev.drover.base.Json;
import dev.drover.model.Prompt;
import dev.drover.reading.GetEvents;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.Deque;
import java.util.List;

/// What the model of a scripted session says: the next call of the turn, or its end; a summary or a
/// note, if it is asked for one; and, when the script is over, the searches for facts. One thread.
final class ScriptedAgent implements CachingModel.Author {
  /// The time from one request to the next.
  private static final Duration STEP = Duration.ofSeconds(20);

  /// The tool whose results are scripted.
  static final String TOOL = "work";

  private final ScriptedSession script;
  private final FactView facts;
  private final Deque<Json.Obj> searches = new ArrayDeque<>();
  private final List<BitSet> seen = new ArrayList<>();
  private int step;
  private int left;
  private int said;

  ScriptedAgent(ScriptedSession script) {
    this.script = script;
    facts = new FactView(script.facts());
  }

  /// A server on which this agent is the model.
  CachingModel on(CachingModel.Server server) {
    var clock = new SimulatedClock();
    return new CachingModel(
        server,
        clock,
        prompt -> {
          clock.advance(STEP);
          return reply(prompt);
        });
  }

  /// Begins a turn.
  void begin() {
    left = script.size().calls();
  }

  /// Begins a turn that only searches.
  void search(Json.Obj input) {
    left = 0;
    searches.add(input);
  }

  @Override
  public List<Json.Obj> reply(Prompt prompt) {
    seen.add(facts.in(prompt));
    if (NotesRequest.isForSummary(prompt)) {
      return List.of(text(NotesRequest.NOTES));
    }
    if (NotesRequest.isForHandOver(prompt)) {
      return List.of(
          call(
              NotesRequest.TOOL,
              Json.obj("note", NotesRequest.NOTES, "next_step", "The next call of the part.")));
    }
    if (left > 0) {
      left--;
      var input = script.input(step++);
      return List.of(
          text("Step " + step + ": next I look at " + input.text("path") + "."), call(TOOL, input));
    }
    var search = searches.poll();
    return search == null
        ? List.of(text("This part is done. I changed what was asked and checked the result."))
        : List.of(call(GetEvents.NAME, search));
  }

  private Json.Obj call(String name, Json.Obj input) {
    return Json.obj("type", "tool_use", "id", "toolu_" + said++, "name", name, "input", input);
  }

  static Json.Obj text(String text) {
    return Json.obj("type", "text", "text", text);
  }

  /// For each accepted prompt, which facts its messages had.
  List<BitSet> seen() {
    return List.copyOf(seen);
  }
}
