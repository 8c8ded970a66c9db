package dev.drover.api;

import dev.drover.base.Json;
import dev.drover.base.Page;
import dev.drover.base.Problem;
import dev.drover.catalog.Listing;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;

/// The JSON of lists.
final class Pages {
  private Pages() {}

  static <T> Json.Obj of(Page<T> page, Function<T, Json> write) {
    return Json.obj(
        "data", page.items().stream().map(write).toList(), "next_page", page.next().orElse(null));
  }

  /// A list that always fits on one page, so that no page cursor for it is valid.
  static Json.Obj whole(Query query, List<Json> items) {
    refuse(query.page());
    return Json.obj("data", items, "next_page", null);
  }

  /// The parameters of a list of resources.
  static Listing listing(Query query) {
    var period = Period.of(query);
    return new Listing(
        query.limit(20, 100),
        query.page(),
        query.flag("include_archived"),
        period.from(),
        period.to());
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
