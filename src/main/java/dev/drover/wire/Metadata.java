package dev.drover.wire;

import dev.drover.base.Fields;
import dev.drover.base.Json;
import dev.drover.base.Problem;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/// Metadata: at most 16 pairs, with keys of 1 to 64 and values of up to 512 characters; the limits
/// apply to the result. Every problem is `INVALID_REQUEST`.
public final class Metadata {
  static final String FIELD = "metadata";
  private static final int MAX_PAIRS = 16;
  private static final int MAX_KEY = 64;
  private static final int MAX_VALUE = 512;

  private Metadata() {}

  /// The metadata of a new object.
  public static Map<String, String> read(Fields body) {
    var problems = new ArrayList<String>();
    var bag = read(body, problems);
    refuse(body, problems);
    return bag;
  }

  /// The metadata after an update: a string sets its key, null deletes it. An absent or null field
  /// changes nothing.
  public static Map<String, String> patch(Fields body, Map<String, String> stored) {
    var problems = new ArrayList<String>();
    var bag = patch(body, stored, false, problems);
    refuse(body, problems);
    return bag;
  }

  /// The metadata of a new environment. The problem has the code `invalid_metadata` and names
  /// everything that is invalid.
  public static Map<String, String> readForEnvironment(Fields body) {
    var problems = new ArrayList<String>();
    var bag = read(body, problems);
    refuseAll(body, problems);
    return bag;
  }

  /// As [#patch], with the code of [#readForEnvironment]; an empty string also deletes its key.
  public static Map<String, String> patchForEnvironment(Fields body, Map<String, String> stored) {
    var problems = new ArrayList<String>();
    var bag = patch(body, stored, true, problems);
    refuseAll(body, problems);
    return bag;
  }

  /// The metadata of a stored object. A value of a newer version that is not a string becomes its
  /// JSON text.
  static Map<String, String> stored(Json.Obj json) {
    var bag = new LinkedHashMap<String, String>();
    json.object(FIELD)
        .fields()
        .forEach(
            (key, value) ->
                bag.put(key, value instanceof Json.Str(var text) ? text : value.toString()));
    return bag;
  }

  private static Map<String, String> read(Fields body, List<String> problems) {
    var bag = new LinkedHashMap<String, String>();
    body.object(FIELD)
        .ifPresent(
            sent -> sent.raw().fields().keySet().forEach(key -> set(sent, key, bag, problems)));
    checkSize(bag, problems);
    return bag;
  }

  private static Map<String, String> patch(
      Fields body, Map<String, String> stored, boolean emptyDeletes, List<String> problems) {
    var bag = new LinkedHashMap<>(stored);
    body.object(FIELD)
        .ifPresent(
            sent ->
                sent.raw()
                    .fields()
                    .forEach(
                        (key, value) -> {
                          if (value instanceof Json.Null
                              || (emptyDeletes && value.equals(Json.of("")))) {
                            bag.remove(key);
                          } else {
                            set(sent, key, bag, problems);
                          }
                        }));
    checkSize(bag, problems);
    return bag;
  }

  private static void set(Fields sent, String key, Map<String, String> bag, List<String> problems) {
    if (key.isEmpty() || key.codePointCount(0, key.length()) > MAX_KEY) {
      problems.add("keys must have 1 to " + MAX_KEY + " characters");
      return;
    }
    if (sent.value(key).isEmpty()) {
      throw sent.problem(key, "must be a string");
    }
    var value = sent.text(key, 0, Integer.MAX_VALUE);
    if (value.codePointCount(0, value.length()) > MAX_VALUE) {
      problems.add("the value of " + key + " must have at most " + MAX_VALUE + " characters");
    }
    bag.put(key, value);
  }

  private static void checkSize(Map<String, String> bag, List<String> problems) {
    if (bag.size() > MAX_PAIRS) {
      problems.add("must contain no more than " + MAX_PAIRS + " pairs");
    }
  }

  private static void refuse(Fields body, List<String> problems) {
    if (!problems.isEmpty()) {
      throw body.problem(FIELD, problems.getFirst());
    }
  }

  private static void refuseAll(Fields body, List<String> problems) {
    if (!problems.isEmpty()) {
      var all = String.join("; ", problems.stream().distinct().limit(MAX_PAIRS).toList());
      throw Problem.invalid("invalid_metadata", body.path(FIELD) + ": " + all);
    }
  }
}
