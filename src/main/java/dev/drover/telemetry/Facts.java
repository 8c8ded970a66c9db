package dev.drover.telemetry;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;

/// The named values of a log line: ids, figures and names that Drover defines, never texts of a
/// client or a model. They are passed to a logger as the parameter of the message.
public record Facts(Map<String, Object> all) {
  public Facts {
    all = Collections.unmodifiableMap(new LinkedHashMap<>(all));
  }

  /// @param pairs names and values, alternating
  public static Facts of(Object... pairs) {
    var all = new LinkedHashMap<String, Object>();
    for (int i = 0; i < pairs.length; i += 2) {
      all.put(pairs[i].toString(), pairs[i + 1]);
    }
    return new Facts(all);
  }

  /// A duration in the form of log lines, in milliseconds.
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
