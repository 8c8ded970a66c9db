package dev.drover.cli;

import dev.drover.base.Json;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.Optional;

/// The step from one page of a list to the next.
final class Paging {
  private Paging() {}

  /// The cursor of the next page; empty on the last page.
  static Optional<String> next(Json.Obj page) {
    return Optional.ofNullable(page.text("next_page")).filter(cursor -> !cursor.isEmpty());
  }

  /// The query parameter for the next page, after an ampersand, with the cursor or the id of the
  /// last item; empty on the last page.
  static Optional<String> after(Json.Obj page) {
    var cursor = next(page);
    if (cursor.isPresent()) {
      return Optional.of(parameter(cursor));
    }
    var last = page.text("last_id");
    return page.get("has_more").equals(Optional.of(Json.of(true))) && last != null
        ? Optional.of("&after_id=" + URLEncoder.encode(last, StandardCharsets.UTF_8))
        : Optional.empty();
  }

  /// The cursor as a further query parameter.
  static String parameter(Optional<String> cursor) {
    return cursor
        .map(text -> "&page=" + URLEncoder.encode(text, StandardCharsets.UTF_8))
        .orElse("");
  }
}
