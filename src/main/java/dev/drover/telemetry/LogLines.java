package dev.drover.telemetry;

import dev.drover.base.Json;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.time.temporal.ChronoUnit;
import java.util.LinkedHashMap;
import java.util.logging.Formatter;
import java.util.logging.Handler;
import java.util.logging.Level;
import java.util.logging.LogRecord;
import java.util.logging.Logger;

/// The formatter of log records, which writes one line for each: as text, `time level logger:
/// message name=value …`, or as a JSON object. The stack trace of an exception follows the line, or
/// is a field of the object.
public final class LogLines extends Formatter {
  /// The form of all lines.
  public enum Form {
    TEXT,
    JSON
  }

  private static final Logger ROOT = Logger.getLogger("");

  /// References to loggers: the logging library forgets the level of a logger that is not
  /// referenced.
  private static final Logger DROVER = Logger.getLogger("dev.drover");

  private final Form form;

  /// Called by the logging library, which creates the formatter by its name.
  public LogLines() {
    this(Form.TEXT);
  }

  public LogLines(Form form) {
    this.form = form;
  }

  /// Sets the form of all lines of this process, and the level of Drover's loggers.
  public static void configure(Form form, Level level) {
    for (Handler handler : ROOT.getHandlers()) {
      handler.setFormatter(new LogLines(form));
    }
    DROVER.setLevel(level);
  }

  @Override
  public String format(LogRecord record) {
    return switch (form) {
      case TEXT -> text(record);
      case JSON -> json(record);
    };
  }

  private String text(LogRecord record) {
    var line = new StringBuilder();
    line.append(record.getInstant().truncatedTo(ChronoUnit.MILLIS));
    line.append(' ').append(level(record)).append(' ').append(record.getLoggerName());
    line.append(": ").append(formatMessage(record));
    var facts = facts(record).toString();
    line.append(facts.isEmpty() ? "" : " ").append(facts).append('\n');
    if (record.getThrown() != null) {
      line.append(trace(record.getThrown()));
    }
    return line.toString();
  }

  private String json(LogRecord record) {
    var fields = new LinkedHashMap<String, Json>();
    fields.put("time", Json.of(record.getInstant().toString()));
    fields.put("level", Json.of(level(record)));
    fields.put("logger", Json.of(record.getLoggerName()));
    fields.put("message", Json.of(formatMessage(record)));
    facts(record)
        .all()
        .forEach(
            (name, value) ->
                fields.put(
                    name,
                    value instanceof Number || value instanceof Boolean
                        ? Json.of(value)
                        : Json.of(value.toString())));
    if (record.getThrown() != null) {
      fields.put("exception", Json.of(trace(record.getThrown())));
    }
    return new Json.Obj(fields) + "\n";
  }

  /// The name of the form in the settings.
  private static String level(LogRecord record) {
    int level = record.getLevel().intValue();
    return level >= Level.SEVERE.intValue()
        ? "error"
        : level >= Level.WARNING.intValue()
            ? "warning"
            : level >= Level.INFO.intValue() ? "info" : "debug";
  }

  private static Facts facts(LogRecord record) {
    var parameters = record.getParameters();
    return parameters != null && parameters.length == 1 && parameters[0] instanceof Facts facts
        ? facts
        : Facts.of();
  }

  private static String trace(Throwable thrown) {
    var text = new StringWriter();
    thrown.printStackTrace(new PrintWriter(text, true));
    return text.toString();
  }
}
