package dev.drover.templates;

import dev.drover.settings.Section;
import java.time.Duration;

/// The settings of templates.
///
/// @param most bytes of all templates of a data directory; the oldest unused ones are removed
/// @param limit how long the installation of one may take
/// @param pause how long after a failure the next attempt is made at the earliest
public record TemplateSettings(long most, Duration limit, Duration pause) {
  public static final TemplateSettings DEFAULT =
      new TemplateSettings(20L << 30, Duration.ofMinutes(20), Duration.ofMinutes(5));

  /// @param section `templates` of the settings
  public static TemplateSettings read(Section section) {
    return new TemplateSettings(
        section.mebibytes("max_mib", 1, 1L << 24, DEFAULT.most),
        section.millis("build_ms", 1_000, 86_400_000, DEFAULT.limit),
        section.millis("retry_ms", 0, 86_400_000, DEFAULT.pause));
  }
}
