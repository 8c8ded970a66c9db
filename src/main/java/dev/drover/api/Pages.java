package dev.drover.api;

import dev.drover.base.Json;
import dev.drover.base.Page;
import dev.drover.base.Problem;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;

/// List answers.
final class Pages {
  private Pages() {}

  static <T> Json.Obj of(Page<T> page, Function<T, Json> write) {
    return Json.obj(
        "data", page.items().stream().map(write).toList(), "next_page", page.next().orElse(null));
  }

  /// A list that is never longer than a page, so that no cursor into it exists.
  static Json.Obj whole(Query query, List<Json> items) {
    refuse(query.page());
    return Json.obj("data", items, "next_page", null);
  }

  private static void refuse(Optional<String> cursor) {
    if (cursor.isPresent()) {
      throw badCursor();
    }
  }

  static Problem otherOrder() {
    return Problem.invalid("page token order does not match request");
  }

  static Problem badCursor() {
    return Problem.invalid("invalid page cursor");
  }
}
