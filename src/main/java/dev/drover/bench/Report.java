package dev.drover.bench;

import dev.drover.base.Json;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalDouble;

/// The result of a run: the figures, with their floors and targets.
///
/// @param leftOut for each measure that was skipped, a sentence with the reason
/// @param seconds the duration of the run
public record Report(Machine machine, List<Figure> figures, List<String> leftOut, long seconds) {
  private static final List<String> TITLES =
      List.of("figure", "Drover", "floor", "ratio", "target", "");

  public Report {
    figures = List.copyOf(figures);
    leftOut = List.copyOf(leftOut);
  }

  /// The report as JSON.
  public String json() {
    return Json.obj(
            "machine",
            machine.json(),
            "seconds",
            seconds,
            "left_out",
            leftOut,
            "figures",
            figures.stream().map(Figure::json).toList())
        + "\n";
  }

  /// The report as a text table.
  public String table() {
    var rows = rows();
    var out = new StringBuilder();
    for (var row : rows) {
      var line = new StringBuilder();
      for (int i = 0; i < row.size(); i++) {
        int column = i;
        int width = rows.stream().mapToInt(each -> each.get(column).length()).max().orElse(0);
        var blanks = " ".repeat(width - row.get(i).length());
        boolean number = i > 0 && i < 4;
        line.append(number ? blanks + row.get(i) : row.get(i) + blanks).append("  ");
      }
      out.append(line.toString().stripTrailing()).append('\n');
    }
    return out + "\n" + ending() + "\n";
  }

  /// The report as a Markdown table, for the documentation.
  public String markdown() {
    var out = new StringBuilder();
    for (var row : rows()) {
      boolean titles = out.isEmpty();
      out.append("| ").append(String.join(" | ", row)).append(" |\n");
      if (titles) {
        out.append("|---|---:|---:|---:|---|---|\n");
      }
    }
    return out + "\n" + ending() + "\n";
  }

  private String ending() {
    var ending = "On " + machine.text() + "; " + seconds + " s.";
    return leftOut.isEmpty() ? ending : ending + "\n" + String.join("\n", leftOut);
  }

  private List<List<String>> rows() {
    var rows = new ArrayList<List<String>>();
    rows.add(TITLES);
    for (var figure : figures) {
      rows.add(
          List.of(
              figure.name(),
              Figure.number(figure.value()) + " " + figure.unit(),
              text(figure.floor(), " " + figure.unit()),
              text(figure.ratio(), "×"),
              figure.target().text(figure.unit()),
              figure.verdict()));
    }
    return rows;
  }

  private static String text(OptionalDouble value, String unit) {
    return value.isPresent() ? Figure.number(value.getAsDouble()) + unit : "–";
  }
}
