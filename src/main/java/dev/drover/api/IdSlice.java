package dev.drover.api;

import dev.drover.base.Json;
import java.util.List;

/// A page of a list that is in memory as a whole, with ids as cursors.
///
/// @param start the position of its first item
/// @param end the position after its last item
/// @param more whether there are further items in the direction of the request
record IdSlice(int start, int end, boolean more) {
  /// @param ids of the whole list
  /// @param what the kind of the items, for messages
  /// @throws dev.drover.base.Problem `INVALID_REQUEST` if a cursor is not one of the ids
  static IdSlice of(Query query, List<String> ids, int limit, String what) {
    var after = query.text("after_id");
    var before = query.text("before_id");
    if (after.isPresent() && before.isPresent()) {
      throw Query.problem("before_id", "cannot be given together with after_id");
    }
    int end = before.map(id -> position("before_id", id, ids, what)).orElse(ids.size());
    int start = after.map(id -> position("after_id", id, ids, what) + 1).orElse(0);
    boolean more = end - start > limit;
    return before.isPresent()
        ? new IdSlice(Math.max(0, end - limit), end, more)
        : new IdSlice(start, Math.min(end, start + limit), more);
  }

  private static int position(String parameter, String id, List<String> ids, String what) {
    int position = ids.indexOf(id);
    if (position < 0) {
      throw Query.problem(parameter, "names no " + what + " of this list");
    }
    return position;
  }

  /// The JSON of the page.
  ///
  /// @param items of the page
  /// @param ids of the whole list
  Json.Obj page(List<Json> items, List<String> ids) {
    return Json.obj(
        "data",
        items,
        "has_more",
        more,
        "first_id",
        items.isEmpty() ? null : ids.get(start),
        "last_id",
        items.isEmpty() ? null : ids.get(end - 1));
  }
}
