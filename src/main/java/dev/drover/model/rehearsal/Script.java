package dev.drover.model.rehearsal;

import dev.drover.base.Json;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;

/// The instructions for the rehearsal model in a text, in their order. The language:
///
/// - a line `$ COMMAND`, or a fenced block marked `bash`, `sh` or `shell`: a `bash` call
/// - a line `read PATH`, `glob PATTERN`, `grep PATTERN` or `grep PATTERN PATH`: that call; a word
///   that contains blanks is put in double or single quotes
/// - a fenced block marked `write PATH`: a `write` call; its lines are the content
/// - a fenced block marked `edit PATH`: an `edit` call; the old text, a line `=======`, the new
///   text
/// - a line `think: TEXT`: a thinking block before everything else
///
/// A fence is a line of three or more backticks; the block ends at a line of at least as many, or
/// with the text. Blocks with another mark, and all other lines, are ignored.
///
/// @param thoughts the texts of the `think:` lines
/// @param mistakes descriptions of lines that look like instructions but are invalid
record Script(List<Call> calls, List<String> thoughts, List<String> mistakes) {
  private static final Pattern FENCE = Pattern.compile(" {0,3}(`{3,})\\s*([^`]*?)\\s*");
  private static final Pattern WORDS =
      Pattern.compile("(read|glob|grep)((?:\\s+(?:\"[^\"]*\"|'[^']*'|[^\\s\"']+)){1,2})\\s*");
  private static final Pattern WORD = Pattern.compile("\"([^\"]*)\"|'([^']*)'|([^\\s\"']+)");
  private static final String SEPARATOR = "=======";

  /// One call of a tool.
  record Call(String tool, Json.Obj input) {
    static Call bash(String command) {
      return new Call("bash", Json.obj("command", command));
    }
  }

  Script {
    calls = List.copyOf(calls);
    thoughts = List.copyOf(thoughts);
    mistakes = List.copyOf(mistakes);
  }

  boolean isEmpty() {
    return calls.isEmpty() && thoughts.isEmpty() && mistakes.isEmpty();
  }

  static Script of(String text) {
    var script = new Script.Reader();
    var lines = text.lines().toList();
    for (int i = 0; i < lines.size(); i++) {
      var fence = FENCE.matcher(lines.get(i));
      if (!fence.matches()) {
        script.line(lines.get(i).strip());
        continue;
      }
      var inside = new ArrayList<String>();
      for (i++; i < lines.size() && !closes(lines.get(i), fence.group(1)); i++) {
        inside.add(lines.get(i));
      }
      script.block(fence.group(2), inside);
    }
    return new Script(script.calls, script.thoughts, script.mistakes);
  }

  private static boolean closes(String line, String fence) {
    var bare = line.strip();
    return bare.startsWith(fence) && bare.chars().allMatch(c -> c == '`');
  }

  private static final class Reader {
    final List<Call> calls = new ArrayList<>();
    final List<String> thoughts = new ArrayList<>();
    final List<String> mistakes = new ArrayList<>();

    void line(String line) {
      if (line.startsWith("$ ")) {
        calls.add(Call.bash(line.substring(2).strip()));
      } else if (line.startsWith("think:")) {
        thoughts.add(line.substring("think:".length()).strip());
      } else {
        var found = WORDS.matcher(line);
        if (found.matches()) {
          named(found.group(1), words(found.group(2))).ifPresent(calls::add);
        }
      }
    }

    void block(String mark, List<String> inside) {
      var parts = mark.split("\\s+", 2);
      var path = parts.length < 2 ? "" : words(parts[1]).isEmpty() ? "" : words(parts[1]).get(0);
      switch (parts[0]) {
        case "bash", "sh", "shell" -> {
          if (inside.stream().anyMatch(line -> !line.isBlank())) {
            calls.add(Call.bash(String.join("\n", inside)));
          }
        }
        case "write" -> {
          if (path.isEmpty()) {
            mistakes.add("A `write` block names its file on the first line: ```write PATH");
          } else {
            var content = inside.isEmpty() ? "" : String.join("\n", inside) + "\n";
            calls.add(new Call("write", Json.obj("file_path", path, "content", content)));
          }
        }
        case "edit" -> edit(path, inside);
        default -> {}
      }
    }

    private void edit(String path, List<String> inside) {
      int middle = inside.indexOf(SEPARATOR);
      if (path.isEmpty() || middle < 1) {
        mistakes.add(
            "An `edit` block is ```edit PATH, the old text, a line "
                + SEPARATOR
                + ", the new text");
        return;
      }
      calls.add(
          new Call(
              "edit",
              Json.obj(
                  "file_path", path,
                  "old_string", String.join("\n", inside.subList(0, middle)),
                  "new_string", String.join("\n", inside.subList(middle + 1, inside.size())))));
    }

    private static List<String> words(String text) {
      return WORD.matcher(text)
          .results()
          .map(
              word ->
                  word.group(1) != null
                      ? word.group(1)
                      : word.group(2) != null ? word.group(2) : word.group(3))
          .toList();
    }

    private static Optional<Call> named(String tool, List<String> words) {
      if (words.size() == 2) {
        return tool.equals("grep")
            ? Optional.of(new Call(tool, Json.obj("pattern", words.get(0), "path", words.get(1))))
            : Optional.empty();
      }
      var key = tool.equals("read") ? "file_path" : "pattern";
      return Optional.of(new Call(tool, Json.obj(key, words.get(0))));
    }
  }
}
