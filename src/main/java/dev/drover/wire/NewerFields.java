package dev.drover.wire;

import dev.drover.base.Json;
import java.util.LinkedHashMap;
import java.util.Set;

/// What a newer version stored and this one does not know: fields that it does not write, and
/// values of its own fields that it cannot read. Kept as one object that is laid over what this
/// version writes. Objects are compared field by field, unless their `type` differs: then, as
/// everything else, they are kept whole.
public final class NewerFields {
  private NewerFields() {}

  /// The part of `stored` that `known`, which this version makes of it, does not say.
  static Json.Obj of(Json.Obj stored, Json.Obj known) {
    var newer = new LinkedHashMap<String, Json>();
    stored
        .fields()
        .forEach(
            (key, value) -> {
              var ours = known.get(key).orElse(null);
              if (ours instanceof Json.Obj before
                  && value instanceof Json.Obj object
                  && isOneType(object, before)) {
                var rest = of(object, before);
                if (!rest.fields().isEmpty()) {
                  newer.put(key, rest);
                }
              } else if (!value.equals(ours)) {
                newer.put(key, value);
              }
            });
    return new Json.Obj(newer);
  }

  /// What [#of] was given as stored, but for fields that only this version has.
  static Json.Obj over(Json.Obj known, Json.Obj newer) {
    if (newer.fields().isEmpty()) {
      return known;
    }
    var fields = new LinkedHashMap<>(known.fields());
    newer
        .fields()
        .forEach(
            (key, value) ->
                fields.merge(
                    key,
                    value,
                    (ours, theirs) ->
                        ours instanceof Json.Obj before
                                && theirs instanceof Json.Obj object
                                && isOneType(object, before)
                            ? over(before, object)
                            : theirs));
    return new Json.Obj(fields);
  }

  /// What is left of `newer` once a client has given these fields other values.
  static Json.Obj without(Json.Obj newer, Set<String> replaced) {
    if (newer.fields().keySet().stream().noneMatch(replaced::contains)) {
      return newer;
    }
    var fields = new LinkedHashMap<>(newer.fields());
    fields.keySet().removeAll(replaced);
    return new Json.Obj(fields);
  }

  /// An object without `type` is a part of one that has it.
  private static boolean isOneType(Json.Obj newer, Json.Obj known) {
    var type = newer.get("type");
    return type.isEmpty() || type.equals(known.get("type"));
  }
}
