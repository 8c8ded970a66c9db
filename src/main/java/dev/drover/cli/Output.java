package dev.drover.cli;

import dev.drover.base.Json;
import java.util.ArrayList;
import java.util.List;
import java.util.function.UnaryOperator;

/// The output of a command: for people, or for programs. Not safe for concurrent use.
final class Output {
  private static final int LONGEST = 200;

  /// The least width of the last column, before which other columns are left out.
  private static final int LEAST_LAST = 16;

  private static final String GAP = "  ";

  private final Shell shell;
  private final Format format;
  private final Style style;
  private final int width;
  private boolean begun;
  private List<Column> shown = List.of();
  private List<Integer> widths = List.of();

  /// The form of the output.
  enum Format {
    /// Tables and fields, for people.
    TEXT,
    /// Only the ids.
    IDS,
    /// The server's JSON, one object per line.
    JSON,
    /// One YAML document per object.
    YAML
  }

  Output(Shell shell, boolean json) {
    this(shell, json ? Format.JSON : Format.TEXT);
  }

  Output(Shell shell, Format format) {
    this.shell = shell;
    this.format = format;
    style = shell.live() ? Style.ANSI : Style.NONE;
    width = shell.terminal() ? shell.width() : Integer.MAX_VALUE;
  }

  /// Whether programs read the output: objects are printed whole, as JSON or YAML.
  boolean json() {
    return format == Format.JSON || format == Format.YAML;
  }

  /// Whether objects are printed as YAML.
  boolean yaml() {
    return format == Format.YAML;
  }

  /// Whether only ids are wanted.
  boolean quiet() {
    return format == Format.IDS;
  }

  /// Refuses YAML, for commands that show events as they happen.
  void refuseYaml(Arguments arguments) {
    if (yaml()) {
      throw arguments.wrong("events are printed as text or JSON, not as YAML");
    }
  }

  /// Whether the output can no longer be written.
  boolean isClosed() {
    return shell.out().checkError();
  }

  /// Prints rows of a table. Columns keep the width of the first rows, or become wider; which ones
  /// a narrow terminal shows is decided by the first rows.
  void rows(List<Column> columns, List<Json.Obj> items) {
    if (format != Format.TEXT) {
      items.forEach(item -> object(item));
      return;
    }
    if (!begun) {
      shown = fitting(columns, items);
      widths = shown.stream().map(column -> Columns.of(column.title())).toList();
    }
    var lines = items.stream().map(item -> cells(shown, item)).toList();
    widths = widest(widths, lines);
    if (!begun) {
      begun = true;
      var titles = aligned(shown.stream().map(Column::title).toList());
      line(style.bold() + Columns.clip(titles, width) + style.plain());
    }
    lines.forEach(cells -> line(Columns.clip(aligned(cells), width)));
  }

  /// The columns that fit: as long as they do not, the one with the highest rank is left out.
  private List<Column> fitting(List<Column> columns, List<Json.Obj> items) {
    var fitting = new ArrayList<>(columns);
    while (needed(fitting, items) > width) {
      int last = -1;
      for (int i = 0; i < fitting.size(); i++) {
        int rank = fitting.get(i).rank();
        if (rank > 0 && (last < 0 || rank >= fitting.get(last).rank())) {
          last = i;
        }
      }
      if (last < 0) {
        break;
      }
      fitting.remove(last);
    }
    return List.copyOf(fitting);
  }

  /// The width of a table whose last column may be cut off.
  private long needed(List<Column> columns, List<Json.Obj> items) {
    var titles = columns.stream().map(column -> Columns.of(column.title())).toList();
    var needed = widest(titles, items.stream().map(item -> cells(columns, item)).toList());
    long sum = (long) GAP.length() * (needed.size() - 1);
    for (int i = 0; i < needed.size(); i++) {
      sum += i == needed.size() - 1 ? Math.min(needed.get(i), LEAST_LAST) : needed.get(i);
    }
    return sum;
  }

  private List<String> cells(List<Column> columns, Json.Obj item) {
    return columns.stream().map(column -> cell(column, column.of().apply(item))).toList();
  }

  private String cell(Column column, String text) {
    var shown =
        column.kind() == Column.Kind.TIME
            ? shell.terminal() ? Ages.since(text, shell.clock().instant()) : Column.seconds(text)
            : text;
    return Columns.clip(Sanitized.line(shown), LONGEST);
  }

  /// Prints an object: one line for each field that is not empty.
  void object(Json.Obj object) {
    object(object, UnaryOperator.identity());
  }

  /// Prints an object, for people in another form.
  void object(Json.Obj object, UnaryOperator<Json.Obj> forPeople) {
    switch (format) {
      case JSON -> line(object.toString());
      case YAML -> {
        shell.out().print((begun ? "---\n" : "") + YamlText.of(object));
        shell.out().flush();
        begun = true;
      }
      case IDS -> {
        if (object.text("id") != null) {
          line(Sanitized.line(Column.text(object, "id")));
        }
      }
      case TEXT -> fields(forPeople.apply(object));
    }
  }

  private void fields(Json.Obj object) {
    var shown =
        object.fields().entrySet().stream()
            .filter(field -> !PlainText.isEmpty(field.getValue()) && !field.getKey().equals("type"))
            .toList();
    int longest = shown.stream().mapToInt(field -> Columns.of(field.getKey())).max().orElse(0);
    for (var field : shown) {
      var name = Columns.pad(Sanitized.line(field.getKey()), longest);
      var value = Sanitized.line(Column.seconds(PlainText.of(field.getValue())));
      int room = Math.max(20, width - longest - 2);
      line(style.dim() + name + style.plain() + GAP + Columns.clip(value, room));
    }
  }

  /// Prints a line as it is, in any format.
  void line(String text) {
    shell.out().print(text + "\n");
    shell.out().flush();
  }

  private static List<Integer> widest(List<Integer> least, List<List<String>> lines) {
    var widest = new ArrayList<Integer>();
    for (int i = 0; i < least.size(); i++) {
      int column = i;
      int here = lines.stream().mapToInt(cells -> Columns.of(cells.get(column))).max().orElse(0);
      widest.add(Math.max(least.get(i), here));
    }
    return widest;
  }

  private String aligned(List<String> cells) {
    var line = new StringBuilder();
    for (int i = 0; i < cells.size(); i++) {
      line.append(i == 0 ? "" : GAP);
      line.append(i == cells.size() - 1 ? cells.get(i) : Columns.pad(cells.get(i), widths.get(i)));
    }
    return line.toString().stripTrailing();
  }
}
