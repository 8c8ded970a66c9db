package dev.drover.telemetry;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;

/// What a log line says besides its message, by name: ids, figures and names of ours, never what a
/// client or a model wrote. Handed to a logger as the message's parameter.
public record Facts(Map<String, Object> all) {
  public Facts {
    all = Collections.unmodifiableMap(new LinkedHashMap<>(all));
  }

  /// @param pairs names and values in turn
  public static Facts of(Object... pairs) {
    var all = new LinkedHashMap<String, Object>();
    for (int i = 0; i < pairs.length; i += 2) {
      all.put(pairs[i].toString(), pairs[i + 1]);
    }
    return new Facts(all);
  }

  /// A duration as log lines show it: in milliseconds.
  public static double millis(long nanos) {
    return Math.round(nanos / 1e4) / 100.0;
  }

  @Override
  public String toString() {
    var text = new StringBuilder();
    all.forEach(
        (name, value) ->
            text.append(text.isEmpty() ? "" : " ").append(name).append('=').append(value));
    return text.toString();
  }
}
