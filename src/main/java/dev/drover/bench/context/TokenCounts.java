package dev.drover.bench.context;

import dev.drover.base.Json;
import dev.drover.base.Utf8;
import java.util.HashMap;
import java.util.Map;

/// The token counts of JSON values: 3.2 bytes are a token. The rule is not that of Drover's own
/// estimate, which is off by up to a factor of two for such a server. One thread.
final class TokenCounts {
  private static final double BYTES = 3.2;

  private final Map<Json, Integer> counted = new HashMap<>();

  int of(Json.Obj value) {
    return counted.computeIfAbsent(value, TokenCounts::count);
  }

  private static int count(Json value) {
    return Math.max(1, (int) Math.ceil(Utf8.length(value.toString()) / BYTES));
  }
}
