package dev.drover.cli;

import dev.drover.base.Json;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.Optional;

/// From one page of a list to the next.
final class Pages {
  private Pages() {}

  /// The cursor of the page after this one; empty on the last.
  static Optional<String> next(Json.Obj page) {
    return Optional.ofNullable(page.text("next_page")).filter(cursor -> !cursor.isEmpty());
  }

  /// The cursor as one more query parameter.
  static String parameter(Optional<String> cursor) {
    return cursor
        .map(text -> "&page=" + URLEncoder.encode(text, StandardCharsets.UTF_8))
        .orElse("");
  }
}
