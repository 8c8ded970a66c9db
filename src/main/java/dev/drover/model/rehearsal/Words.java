package dev.drover.model.rehearsal;

import dev.drover.base.Json;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;

/// The texts of the rehearsal model: statements about itself and about results. It never pretends
/// to understand.
final class Words {
  /// The command that shows the agent's environment.
  static final Script.Call LOOK = Script.Call.bash("uname -sr; id -un; pwd; ls -A");

  /// The maximum number of characters of a result that are repeated.
  private static final int MAX_OUTPUT = 4_000;

  private static final String WHO =
      "I am `rehearsal`, the offline model built into Drover. I do not understand language; I only"
          + " carry out explicit instructions in a message.";

  private static final String HOW =
      """
      Instructions that I know, each where the agent has the tool:
      - `$ COMMAND` on a line of its own, or a fenced block marked `bash`
      - `read PATH`, `glob PATTERN`, `grep PATTERN [PATH]` on a line of their own
      - a fenced block marked `write PATH`, its lines the content
      - a fenced block marked `edit PATH`: old text, a line `=======`, new text
      - `think: TEXT` for a thinking block\
      """;

  private static final String REAL =
      "For a real model set DROVER_ANTHROPIC_API_KEY (or DROVER_ANTHROPIC_BASE_URL for a server of"
          + " your own) and pass --model with one of its model ids.";

  private Words() {}

  /// The model's whole text for `turn`, which precedes `calls`.
  static String of(Turn turn, Script script, List<Script.Call> calls) {
    var parts = new ArrayList<String>();
    turn.results().forEach(result -> parts.add(report(result)));
    if (turn.results().stream().anyMatch(result -> result.call().equals(LOOK))) {
      parts.add(
          WHO
              + " So the task is not done: all I did is look where I am. A real model would have"
              + " that place at hand, with these tools: "
              + names(turn.tools())
              + ".");
      parts.add(REAL);
    } else if (calls.contains(LOOK) && script.calls().isEmpty()) {
      parts.add(WHO + " This message contains none, so I look at my surroundings.");
    } else if (!calls.isEmpty()) {
      parts.add(
          calls.size() == 1 ? "One instruction to carry out." : calls.size() + " instructions.");
    } else if (!turn.results().isEmpty()) {
      parts.add("That is all. (`rehearsal`, Drover's built-in offline model)");
    }
    parts.addAll(script.mistakes());
    missing(turn, script).forEach(tool -> parts.add("This agent has no tool `" + tool + "`."));
    if (turn.results().isEmpty() && calls.isEmpty()) {
      parts.add(WHO);
      parts.add(HOW);
      parts.add(REAL);
    }
    return String.join("\n\n", parts);
  }

  private static Set<String> missing(Turn turn, Script script) {
    return script.calls().stream()
        .map(Script.Call::tool)
        .filter(tool -> !turn.tools().contains(tool))
        .collect(Collectors.toCollection(TreeSet::new));
  }

  private static String names(Set<String> tools) {
    return tools.stream().map(tool -> "`" + tool + "`").collect(Collectors.joining(", "));
  }

  private static String report(Turn.Result result) {
    var head = "`" + shown(result.call()) + "` " + (result.isError() ? "failed" : "succeeded");
    var output = bounded(result.output().stripTrailing());
    if (output.isEmpty()) {
      return head + ", with no output.";
    }
    var fence = "```";
    while (output.contains(fence)) {
      fence += "`";
    }
    return head + ":\n\n" + fence + "\n" + output + "\n" + fence;
  }

  /// A call on one line.
  private static String shown(Script.Call call) {
    var input = call.input();
    var shown =
        call.tool().equals("bash")
            ? "$ " + first(input)
            : call.tool()
                + ' '
                + (call.tool().equals("grep")
                    ? input.fields().values().stream()
                        .map(Words::plain)
                        .collect(Collectors.joining(" "))
                    : first(input));
    var line = shown.lines().findFirst().orElse("");
    return line.equals(shown) ? line : line + " …";
  }

  private static String first(Json.Obj input) {
    return input.fields().values().stream().findFirst().map(Words::plain).orElse("");
  }

  private static String plain(Json value) {
    return value instanceof Json.Str(var text) ? text : value.toString();
  }

  private static String bounded(String output) {
    if (output.length() <= MAX_OUTPUT) {
      return output;
    }
    int end =
        Character.isHighSurrogate(output.charAt(MAX_OUTPUT - 1)) ? MAX_OUTPUT - 1 : MAX_OUTPUT;
    return output.substring(0, end) + "\n… and " + (output.length() - end) + " more characters";
  }
}
