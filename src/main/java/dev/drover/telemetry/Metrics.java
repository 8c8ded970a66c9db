package dev.drover.telemetry;

import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.DoubleSupplier;

/// A registry of figures with output in the Prometheus exposition format 0.0.4. Safe for concurrent
/// use; measuring takes no lock.
///
/// Drover has its own implementation because it needs only three kinds of figures: a library was
/// measured to add 390 kB and 0.2 s to the start.
public final class Metrics {
  /// The media type of [#text].
  public static final String CONTENT_TYPE = "text/plain; version=0.0.4; charset=utf-8";

  private final List<Figure> figures = new CopyOnWriteArrayList<>();

  /// A registered figure.
  interface Figure {
    void write(StringBuilder out);
  }

  /// A counter. Its name ends with `_total`.
  Counter counter(String name, String help, String... labels) {
    return add(new Counter(name, help, labels));
  }

  /// A histogram of durations in seconds.
  ///
  /// @param bounds the upper bounds of the buckets, in ascending order
  Histogram histogram(String name, String help, double[] bounds, String... labels) {
    return add(new Histogram(name, help, bounds, labels));
  }

  /// A number that is computed at each scrape.
  void gauge(String name, String help, DoubleSupplier value) {
    add(
        (Figure)
            out -> {
              head(out, name, "gauge", help);
              line(out, name, "", value.getAsDouble());
            });
  }

  /// A counter that another part keeps. Its name ends with `_total`.
  void total(String name, String help, DoubleSupplier value) {
    add(
        (Figure)
            out -> {
              head(out, name, "counter", help);
              line(out, name, "", value.getAsDouble());
            });
  }

  <F extends Figure> F add(F figure) {
    figures.add(figure);
    return figure;
  }

  /// All figures with their current values.
  public String text() {
    var out = new StringBuilder(16_384);
    figures.forEach(figure -> figure.write(out));
    return out.toString();
  }

  static void head(StringBuilder out, String name, String type, String help) {
    out.append("# HELP ").append(name).append(' ').append(help).append('\n');
    out.append("# TYPE ").append(name).append(' ').append(type).append('\n');
  }

  /// @param labels the text between the braces; may be empty
  static void line(StringBuilder out, String name, String labels, double value) {
    out.append(name);
    if (!labels.isEmpty()) {
      out.append('{').append(labels).append('}');
    }
    out.append(' ');
    if (value == Math.rint(value) && Math.abs(value) < 1e15) {
      out.append((long) value);
    } else {
      out.append(value);
    }
    out.append('\n');
  }
}
