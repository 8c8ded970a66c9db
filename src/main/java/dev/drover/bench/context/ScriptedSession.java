package dev.drover.bench.context;

import dev.drover.base.Json;
import dev.drover.hands.ToolResult;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;

/// A long session of which everything is known in advance: what the user says, what the agent
/// calls, and what the calls return. The same seed gives the same session. Immutable.
public final class ScriptedSession {
  /// The number of facts of each kind, in a session that is long enough.
  private static final int FACTS = 10;

  /// The share of the session in which they are planted.
  private static final int TENTH = 10;

  private static final int LINES = 512;
  private static final String[] WORDS = {
    "session", "parser", "buffer", "index", "cache", "token", "worker", "queue", "schema", "branch",
    "module", "vendor", "handle", "socket", "record", "column", "thread", "merge", "commit", "lease"
  };

  /// The sizes of a session.
  ///
  /// @param calls the number of calls of each turn
  /// @param tokens the size of all results together, as a model server would count them
  /// @param fixed the size of the system prompt and the tools
  public record Size(int turns, int calls, int tokens, int fixed) {
    /// Two million tokens, for contexts of 200,000 tokens and more.
    public static final Size LONG = new Size(50, 20, 1_850_000, 12_000);

    /// The same for small contexts.
    public static final Size LOCAL = new Size(50, 20, 1_850_000, 3_000);

    /// The same with fewer turns.
    public Size cut(int most) {
      return most >= turns ? this : new Size(most, calls, tokens / turns * most, fixed);
    }
  }

  private final Size size;
  private final Random random;
  private final List<String> lines;
  private final List<Fact> facts;
  private final List<String> messages = new ArrayList<>();
  private final List<Json.Obj> inputs = new ArrayList<>();
  private final List<ToolResult> results = new ArrayList<>();

  public ScriptedSession(long seed, Size size) {
    this.size = size;
    random = new Random(seed);
    lines = IntStream.range(0, LINES).mapToObj(_ -> line()).toList();
    facts = facts(Math.min(FACTS, Math.max(1, calls() / TENTH / 3)));
    writeMessages();
    writeCalls();
  }

  private List<Fact> facts(int each) {
    var planted = new ArrayList<Fact>();
    var places = Fact.Place.values();
    for (int p = 0; p < places.length; p++) {
      for (int i = 0; i < each; i++) {
        var name = WORDS[(i * 7 + p) % WORDS.length];
        var key = "/" + name + "/" + hex(6);
        planted.add(new Fact(places[p], "the " + name + " of " + key, name + "-" + hex(10)));
      }
    }
    return List.copyOf(planted);
  }

  private String hex(int digits) {
    var text = new StringBuilder();
    for (int i = 0; i < digits; i++) {
      text.append(Character.forDigit(random.nextInt(16), 16));
    }
    return text.toString();
  }

  /// A line of source code, of a log, of prose or of data.
  private String line() {
    var word = WORDS[random.nextInt(WORDS.length)];
    var other = WORDS[random.nextInt(WORDS.length)];
    return switch (random.nextInt(5)) {
      case 0 ->
          "    var %s = %s.%s(%d); // %s\n"
              .formatted(word, other, word, random.nextInt(1000), other);
      case 1 ->
          "2026-11-26T10:%02d:%02d.%03dZ INFO %s.%s took %d ms id=%s\n"
              .formatted(
                  random.nextInt(60),
                  random.nextInt(60),
                  random.nextInt(1000),
                  word,
                  other,
                  random.nextInt(5000),
                  hex(12));
      case 2 ->
          "The %s is closed before the %s, so that no %s is lost.\n".formatted(word, other, word);
      case 3 -> "%s\t%d\t%s\t%s\n".formatted(other, random.nextInt(100_000), hex(32), word);
      default ->
          "src/main/java/org/example/%s/%s%d.java\n".formatted(word, other, random.nextInt(100));
    };
  }

  private void writeMessages() {
    var said = of(Fact.Place.MESSAGE);
    int early = Math.max(1, size.turns() / TENTH);
    for (int turn = 0; turn < size.turns(); turn++) {
      var text =
          new StringBuilder("Part " + turn + ": go on with the " + word() + " of the project.");
      for (int i = turn; turn < early && i < said.size(); i += early) {
        text.append(" Remember: ").append(said.get(i).text()).append('.');
      }
      messages.add(text.toString());
    }
  }

  private void writeCalls() {
    int calls = calls();
    int early = Math.max(3, calls / TENTH);
    for (int step = 0; step < calls; step++) {
      inputs.add(input(step, "work/" + word() + "/" + hex(4) + ".txt"));
      results.add(
          step % 23 == 11
              ? ToolResult.error("exit status 1\n" + text(120))
              : ToolResult.success(text(length())));
    }
    plant(of(Fact.Place.RESULT), early, 0);
    plant(of(Fact.Place.ERROR), early, 1);
    plant(of(Fact.Place.PATH), early, 2);
  }

  /// Plants facts in every third of the early calls.
  private void plant(List<Fact> some, int early, int first) {
    for (int i = 0; i < some.size(); i++) {
      int step = (first + 3 * (i * early / (3 * some.size()))) % calls();
      var fact = some.get(i);
      switch (fact.place()) {
        case RESULT ->
            results.set(step, ToolResult.success(text(700) + fact.text() + "\n" + text(700)));
        case ERROR ->
            results.set(step, ToolResult.error("failed: " + fact.text() + "\n" + text(80)));
        case PATH -> inputs.set(step, input(step, "work/" + fact.text() + ".txt"));
        case MESSAGE -> throw new IllegalArgumentException("no call has it");
      }
    }
  }

  private static Json.Obj input(int step, String path) {
    return Json.obj("path", path, "step", step);
  }

  private List<Fact> of(Fact.Place place) {
    return facts.stream().filter(fact -> fact.place() == place).toList();
  }

  private String word() {
    return WORDS[random.nextInt(WORDS.length)];
  }

  /// The size of a result: most are small, a few are very large. The mean is that of the session.
  private int length() {
    double mean = (double) size.tokens() / calls();
    double share = random.nextDouble();
    double factor =
        share < 0.70
            ? random.nextDouble(0.1, 0.7)
            : share < 0.95 ? random.nextDouble(0.7, 2.6) : random.nextDouble(2.6, 9.2);
    return (int) Math.max(20, mean * factor);
  }

  private String text(int tokens) {
    var text = new StringBuilder();
    while (text.length() < 3.1 * tokens) {
      text.append(lines.get(random.nextInt(LINES)));
    }
    return text.toString();
  }

  public Size size() {
    return size;
  }

  int calls() {
    return size.turns() * size.calls();
  }

  public List<Fact> facts() {
    return facts;
  }

  /// What the user says at the beginning of a turn.
  String message(int turn) {
    return messages.get(turn);
  }

  /// The input of a call.
  Json.Obj input(int step) {
    return inputs.get(step);
  }

  /// The result of a call.
  ToolResult result(int step) {
    return results.get(step);
  }

  /// The system prompt, which has this many tokens.
  static String system(int tokens) {
    var text = new StringBuilder("You work on a long project, step by step.\n");
    for (int i = 0; text.length() < 3.2 * tokens; i++) {
      text.append("Rule ").append(i).append(": keep what the project has, and say what changed.\n");
    }
    return text.toString();
  }
}
