package dev.drover.model.http;

import dev.drover.base.Json;
import dev.drover.session.ModelUsage;
import java.util.regex.Pattern;

/// Reads a token count in whatever way a server writes it: any JSON number, or a text that is one.
/// It is rounded, and brought into the bounds of [ModelUsage]; anything else is 0.
public final class TokenCount {
  private static final Pattern NUMBER =
      Pattern.compile("[+-]?[0-9]{1,400}(\\.[0-9]{0,400})?([eE][+-]?[0-9]{1,9})?");

  private TokenCount() {}

  /// The count at `key`.
  public static long of(Json.Obj counts, String key) {
    return switch (counts.get(key).orElse(Json.NULL)) {
      case Json.Num(var literal) -> read(literal);
      case Json.Str(var text) -> read(text.strip());
      default -> 0;
    };
  }

  private static long read(String number) {
    return NUMBER.matcher(number).matches()
        ? Math.clamp(Math.round(Double.parseDouble(number)), 0, ModelUsage.MOST)
        : 0;
  }
}
