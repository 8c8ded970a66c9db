package dev.drover.model.http;

import dev.drover.base.Json;
import java.util.List;
import java.util.Optional;
import java.util.function.UnaryOperator;
import java.util.regex.Pattern;

/// The remedy for servers that accept only ids of tool calls with nine letters and digits, as
/// Mistral's do. Each id is replaced by one that is derived from it, so a result keeps its call,
/// and every request has the same ids.
final class CallIdRemedies {
  private static final int LENGTH = 9;

  private static final Pattern REFUSED =
      Pattern.compile(
          "tool[ _.]?calls?[\\[\\]0-9]*[ _.]?ids?\\b.{0,100}"
              + "(length (of |must be |is |== ?)?9\\b|9 (characters|chars|alphanumeric|letters)"
              + "|a-z, a-z, 0-9|\\[a-za-z0-9\\]\\{9\\})");

  private static final Pattern VALID = Pattern.compile("[A-Za-z0-9]{9}");

  private CallIdRemedies() {}

  static Optional<Remedy> shortened(Refused refused, Json.Obj body) {
    return refused.says(REFUSED)
        ? Optional.of(
            new Remedy(
                "sends ids of tool calls with nine letters and digits",
                true,
                false,
                CallIdRemedies::shortened))
        : Optional.empty();
  }

  private static Json.Obj shortened(Json.Obj body) {
    return body.with("messages", each(body.items("messages"), CallIdRemedies::message));
  }

  private static Json.Obj message(Json.Obj message) {
    var result = replaced(message, "tool_call_id");
    return result.items("tool_calls").isEmpty()
        ? result
        : result.with("tool_calls", each(result.items("tool_calls"), call -> replaced(call, "id")));
  }

  private static List<Json> each(List<Json> items, UnaryOperator<Json.Obj> change) {
    return items.stream()
        .map(item -> item instanceof Json.Obj object ? change.apply(object) : item)
        .toList();
  }

  private static Json.Obj replaced(Json.Obj holder, String key) {
    var id = holder.text(key);
    return id == null || VALID.matcher(id).matches()
        ? holder
        : holder.with(key, ShortHash.of(id, LENGTH));
  }
}
