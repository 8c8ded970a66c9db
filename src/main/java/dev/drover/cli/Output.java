package dev.drover.cli;

import dev.drover.base.Json;
import java.util.ArrayList;
import java.util.List;

/// The output of a command: for people, or with `--json` for programs. Not safe for concurrent use.
final class Output {
  private static final int LONGEST = 200;

  private final Shell shell;
  private final boolean json;
  private final Style style;
  private final int width;
  private boolean begun;
  private List<Integer> widths = List.of();

  Output(Shell shell, boolean json) {
    this.shell = shell;
    this.json = json;
    style = shell.live() ? Style.ANSI : Style.NONE;
    width = shell.terminal() ? shell.width() : Integer.MAX_VALUE;
  }

  boolean json() {
    return json;
  }

  /// Whether the output can no longer be written.
  boolean isClosed() {
    return shell.out().checkError();
  }

  /// Prints rows of a table. Columns keep the width of the first rows, or become wider.
  void rows(List<Column> columns, List<Json.Obj> items) {
    if (json) {
      items.forEach(item -> line(item.toString()));
      return;
    }
    var lines = new ArrayList<List<String>>();
    if (!begun) {
      lines.add(columns.stream().map(Column::title).toList());
      widths = columns.stream().map(_ -> 0).toList();
    }
    for (var item : items) {
      lines.add(columns.stream().map(column -> cell(column.of().apply(item))).toList());
    }
    widths = widest(lines);
    for (var cells : lines) {
      var text = Columns.clip(aligned(cells), width);
      line(begun ? text : style.bold() + text + style.plain());
      begun = true;
    }
  }

  /// Prints an object: one line for each field that is not empty.
  void object(Json.Obj object) {
    if (json) {
      line(object.toString());
      return;
    }
    var shown =
        object.fields().entrySet().stream()
            .filter(field -> !isEmpty(field.getValue()) && !field.getKey().equals("type"))
            .toList();
    int longest = shown.stream().mapToInt(field -> Columns.of(field.getKey())).max().orElse(0);
    for (var field : shown) {
      var name = Columns.pad(Sanitized.line(field.getKey()), longest);
      var value = Sanitized.line(Column.seconds(Column.text(object, field.getKey())));
      int room = Math.max(20, width - longest - 2);
      line(style.dim() + name + style.plain() + "  " + Columns.clip(value, room));
    }
  }

  /// Prints a line as it is, with or without `--json`.
  void line(String text) {
    shell.out().print(text + "\n");
    shell.out().flush();
  }

  private List<Integer> widest(List<List<String>> lines) {
    var widest = new ArrayList<Integer>();
    for (int i = 0; i < widths.size(); i++) {
      int column = i;
      int here = lines.stream().mapToInt(cells -> Columns.of(cells.get(column))).max().orElse(0);
      widest.add(Math.max(widths.get(i), here));
    }
    return widest;
  }

  private String aligned(List<String> cells) {
    var line = new StringBuilder();
    for (int i = 0; i < cells.size(); i++) {
      line.append(i == 0 ? "" : "  ");
      line.append(i == cells.size() - 1 ? cells.get(i) : Columns.pad(cells.get(i), widths.get(i)));
    }
    return line.toString().stripTrailing();
  }

  private static String cell(String text) {
    return Columns.clip(Sanitized.line(text), LONGEST);
  }

  private static boolean isEmpty(Json value) {
    return switch (value) {
      case Json.Null _ -> true;
      case Json.Obj(var fields) -> fields.isEmpty();
      case Json.Arr(var items) -> items.isEmpty();
      case Json.Str(var text) -> text.isEmpty();
      case Json.Num _, Json.Bool _ -> false;
    };
  }
}
