package dev.drover.cli;

import dev.drover.base.Json;
import java.io.PrintStream;
import java.util.HashMap;
import java.util.Map;

/// A transcript of a run in lines: texts, and tool calls with the beginnings of their results,
/// separated by empty lines. Texts are wrapped at words on a terminal with escape codes, and not at
/// all elsewhere; everything else takes one line each. Not safe for concurrent use.
final class Transcript {
  private static final int RESULT_LINES = 6;

  private final PrintStream out;
  private final Style style;
  private final int width;
  private final Map<String, String> calls = new HashMap<>();

  private WordWrap wrap;
  private Block last = Block.NONE;
  private String lastCall = "";
  private int newlines;
  private boolean begun;

  private enum Block {
    NONE,
    TEXT,
    TOOL,
    NOTE
  }

  /// @param width the columns of a line
  Transcript(PrintStream out, Style style, int width) {
    this.out = out;
    this.style = style;
    this.width = width;
    wrap = new WordWrap(width);
  }

  void beginText() {
    gap(Block.TEXT);
    wrap = new WordWrap(width);
    newlines = 0;
    begun = false;
  }

  /// Prints more of a text, without newlines at its start and end.
  void text(String piece) {
    var text = Sanitized.output(piece);
    int from = 0;
    int to = text.length();
    while (from < to && text.charAt(from) == '\n') {
      from++;
    }
    while (to > from && text.charAt(to - 1) == '\n') {
      to--;
    }
    newlines += from;
    if (from < to) {
      var printed = (begun ? "\n".repeat(newlines) : "") + text.substring(from, to);
      out.print(style.wipe().isEmpty() ? printed : wrap.next(printed));
      out.flush();
      begun = true;
      newlines = text.length() - to;
    }
  }

  void endText() {
    out.print("\n");
    out.flush();
  }

  void call(Json.Obj event) {
    gap(Block.TOOL);
    var id = String.valueOf(event.text("id"));
    var name = ToolText.name(event);
    var about = ToolText.about(name, event.object("input"));
    var denied = "deny".equals(event.text("evaluated_permission")) ? "  (denied)" : "";
    calls.put(id, name + "  " + about);
    lastCall = id;
    int room = width - 4 - Columns.of(name) - Columns.of(denied);
    line(
        style.unwrapped() + "▸ " + style.bold() + name + style.plain(),
        "  " + Columns.clip(Columns.untab(about), Math.max(8, room)) + denied);
  }

  void result(String call, Json.Obj event) {
    gap(Block.TOOL);
    if (!call.equals(lastCall)) {
      dim(calls.getOrDefault(call, "an earlier call") + ":");
      lastCall = call;
    }
    boolean failed = event.get("is_error").orElse(Json.NULL).equals(Json.of(true));
    var excerpt = ToolText.excerpt(event, RESULT_LINES);
    if (failed) {
      line("  " + style.red(), "failed");
    }
    if (excerpt.lines().isEmpty() && !failed) {
      dim("(no output)");
    }
    excerpt.lines().forEach(this::dim);
    if (excerpt.more() > 0) {
      dim("… " + excerpt.more() + " more lines");
    }
  }

  /// Prints a line about the run itself.
  void note(String line) {
    gap(Block.NOTE);
    line(style.dim(), line);
  }

  private void dim(String line) {
    line(style.unwrapped() + style.dim() + "  ", Columns.clip(line, width - 3));
  }

  private void gap(Block next) {
    if (last != Block.NONE && (last != next || next == Block.TEXT)) {
      out.print("\n");
    }
    last = next;
  }

  /// @param codes escape codes and an indent
  private void line(String codes, String text) {
    boolean unwrapped = !style.unwrapped().isEmpty() && codes.startsWith(style.unwrapped());
    boolean styled = !style.plain().isEmpty() && !codes.isBlank();
    out.print(
        codes + text + (styled ? style.plain() : "") + (unwrapped ? style.wrapped() : "") + "\n");
    out.flush();
  }
}
