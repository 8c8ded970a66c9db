package dev.drover.api;

import dev.drover.base.Problem;
import dev.drover.session.Status;
import dev.drover.wire.Times;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/// The parameters of a query string. Every problem is `INVALID_REQUEST` and names the parameter.
/// The parameter `beta`, which older clients send, is ignored.
final class Query {
  private static final int MAX_PARAMETERS = 1_000;

  private final Map<String, List<String>> values;

  private Query(Map<String, List<String>> values) {
    this.values = values;
  }

  /// @param raw the text after the question mark, as it was sent
  static Query parse(String raw) {
    var values = new LinkedHashMap<String, List<String>>();
    var parts = raw.isEmpty() ? List.<String>of() : List.of(raw.split("&", -1));
    if (parts.size() > MAX_PARAMETERS) {
      throw Problem.invalid("the query string has more than " + MAX_PARAMETERS + " parameters");
    }
    for (var part : parts) {
      int equals = part.indexOf('=');
      var name = decode(equals < 0 ? part : part.substring(0, equals));
      var value = equals < 0 ? "" : decode(part.substring(equals + 1));
      if (!name.isEmpty()) {
        values.computeIfAbsent(name, _ -> new ArrayList<>()).add(value);
      }
    }
    return new Query(values);
  }

  /// Rejects all parameters but these.
  void only(Set<String> valid) {
    for (var name : values.keySet()) {
      if (!valid.contains(name) && !name.equals("beta")) {
        throw Problem.invalid(
            "unknown query parameter \""
                + name
                + "\"; the valid ones are "
                + String.join(", ", valid.stream().sorted().toList()));
      }
    }
  }

  /// Rejects parameters of the protocol that this version does not support.
  void unsupported(String... names) {
    for (var name : names) {
      if (values.containsKey(name)) {
        throw problem(name, "is not supported by this version of Drover");
      }
    }
  }

  /// Rejects these parameters if they are sent without a value.
  void filled(String... names) {
    for (var name : names) {
      if (values.getOrDefault(name, List.of()).contains("")) {
        throw problem(name.replace("[]", ""), "must not be empty");
      }
    }
  }

  /// The value of a parameter; empty if it is absent or has no value.
  Optional<String> text(String name) {
    var all = values.getOrDefault(name, List.of());
    if (all.size() > 1) {
      throw problem(name, "must not be repeated");
    }
    return plain(name, all).stream().filter(value -> !value.isEmpty()).findFirst();
  }

  /// All values of an array, sent as `name[]=a&name[]=b` or `name=a&name=b`.
  List<String> all(String name, int max) {
    var all = new ArrayList<>(values.getOrDefault(name + "[]", List.of()));
    all.addAll(values.getOrDefault(name, List.of()));
    if (all.size() > max) {
      throw problem(name, "must contain no more than " + max + " item(s)");
    }
    return plain(name, all);
  }

  /// Rejects values with U+0000: not every store can search for it, and no stored value contains
  /// it.
  private static List<String> plain(String name, List<String> values) {
    if (values.stream().anyMatch(value -> value.indexOf('\0') >= 0)) {
      throw problem(name, "must not contain the character U+0000");
    }
    return values;
  }

  int limit(int otherwise, int max) {
    return number("limit", max).orElse(otherwise);
  }

  /// A whole number from 1 to `max`.
  Optional<Integer> number(String name, int max) {
    return text(name)
        .map(
            text -> {
              try {
                int number = Integer.parseInt(text);
                if (number >= 1 && number <= max) {
                  return number;
                }
              } catch (NumberFormatException _) {
                // reported below
              }
              throw problem(name, "must be an integer from 1 to " + max);
            });
  }

  Optional<String> page() {
    return text("page");
  }

  boolean flag(String name) {
    return text(name)
        .map(
            text ->
                switch (text) {
                  case "true" -> true;
                  case "false" -> false;
                  default -> throw problem(name, "must be true or false");
                })
        .orElse(false);
  }

  boolean ascending(boolean otherwise) {
    return text("order")
        .map(
            text ->
                switch (text) {
                  case "asc" -> true;
                  case "desc" -> false;
                  default -> throw problem("order", "must be asc or desc");
                })
        .orElse(otherwise);
  }

  /// The statuses by which a list is filtered; empty for all.
  Set<Status> statuses() {
    return all("statuses", 100).stream()
        .map(
            name -> {
              for (var status : Status.values()) {
                if (status != Status.OTHER && status.name().toLowerCase(Locale.ROOT).equals(name)) {
                  return status;
                }
              }
              throw problem("statuses", "must be of idle, running, rescheduling, terminated");
            })
        .collect(Collectors.toUnmodifiableSet());
  }

  Optional<Instant> time(String name) {
    return text(name)
        .map(
            text ->
                Times.read(text.replace(' ', '+'))
                    .orElseThrow(() -> problem(name, "must be an RFC 3339 time")));
  }

  static Problem problem(String name, String what) {
    return Problem.invalid(name + ": " + what);
  }

  private static String decode(String text) {
    try {
      return URLDecoder.decode(text, StandardCharsets.UTF_8);
    } catch (IllegalArgumentException _) {
      throw Problem.invalid("the query string is not percent-encoded correctly");
    }
  }
}
