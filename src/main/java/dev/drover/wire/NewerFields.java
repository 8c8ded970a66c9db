package dev.drover.wire;

import dev.drover.base.Json;
import java.util.LinkedHashMap;
import java.util.Set;

/// The fields that a newer version stored and that this one does not know: those that it does not
/// write, and values of its own fields that it cannot read. They are one object, which is merged
/// into what this version writes. Objects are compared field by field, unless their `type` differs;
/// then, like all other values, they are kept whole.
public final class NewerFields {
  private NewerFields() {}

  /// The part of `stored` that is missing in `known`, the form that this version writes.
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

  /// The stored object of [#of] again, and fields that only this version has.
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

  /// The part of `newer` that remains after a client changed these fields.
  static Json.Obj without(Json.Obj newer, Set<String> replaced) {
    if (newer.fields().keySet().stream().noneMatch(replaced::contains)) {
      return newer;
    }
    var fields = new LinkedHashMap<>(newer.fields());
    fields.keySet().removeAll(replaced);
    return new Json.Obj(fields);
  }

  /// An object without `type` belongs to the object that contains it.
  private static boolean isOneType(Json.Obj newer, Json.Obj known) {
    var type = newer.get("type");
    return type.isEmpty() || type.equals(known.get("type"));
  }
}
