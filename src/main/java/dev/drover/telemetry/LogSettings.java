package dev.drover.telemetry;

import dev.drover.settings.Section;
import java.util.Map;
import java.util.logging.Level;

/// The settings of the log.
///
/// @param level messages below this level are not logged
public record LogSettings(LogLines.Form form, Level level) {
  private static final Map<String, LogLines.Form> FORMS =
      Map.of("text", LogLines.Form.TEXT, "json", LogLines.Form.JSON);

  private static final Map<String, Level> LEVELS =
      Map.of(
          "error", Level.SEVERE,
          "warning", Level.WARNING,
          "info", Level.INFO,
          "debug", Level.FINE);

  public static LogSettings read(Section section) {
    return new LogSettings(
        section.choice("format", FORMS, LogLines.Form.TEXT),
        section.choice("level", LEVELS, Level.INFO));
  }
}
