package dev.drover.settings;

import dev.drover.base.Json;
import dev.drover.base.Problem;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// What is said in one place of the tree: by the file, and by what lies over it.
///
/// @param path of the place; empty: the root
/// @param file what the file says here
/// @param variable the one value that all of this was read from; null: the file and more
record SectionValues(
    SettingsReading reading,
    String path,
    Json.Obj file,
    @Nullable ValueSource variable,
    boolean own) {

  private static final Json EMPTY = new Json.Obj(Map.of());

  /// A value and where it was found.
  record Sourced(Json value, ValueSource source) {
    /// Without the value.
    @Override
    public String toString() {
      return source.toString();
    }
  }

  /// Without any value.
  @Override
  public String toString() {
    return path;
  }

  String path(String name) {
    return path.isEmpty() ? name : path + "." + name;
  }

  /// Whether the environment can set what is here: it cannot name what the operator has named.
  Optional<String> variable(String name) {
    return own ? Optional.empty() : Optional.of(SettingsReading.variable(path(name)));
  }

  /// A value that is in effect; empty: none is set.
  Optional<Sourced> find(String name, Shape shape) {
    return all(name, shape).stream()
        .findFirst()
        .filter(sourced -> !(sourced.value() instanceof Json.Null));
  }

  /// The value that is in effect and those that it overrides, in this order. JSON null: not set.
  List<Sourced> all(String name, Shape shape) {
    var values = new ArrayList<Sourced>();
    if (!own) {
      values.addAll(reading.overrides(path(name), shape));
    }
    inFile(name, shape).ifPresent(values::add);
    return values;
  }

  private Optional<Sourced> inFile(String name, Shape shape) {
    var value = shape == Shape.MAP ? Optional.of(map(name)) : file.get(name);
    if (value.isEmpty() || (shape == Shape.MAP && value.get().equals(EMPTY))) {
      return Optional.empty();
    }
    var source = source(path(name));
    return Optional.of(
        switch (value.get()) {
          case Json.Null _ ->
              throw problem(path(name), "has no value; remove it for the default", source);
          case Json.Str text when text.value().isBlank() ->
              throw problem(path(name), "has no value; remove it for the default", source);
          case Json.Str text -> new Sourced(shape.quoted(text.value()), source);
          case Json.Num _, Json.Bool _ when shape == Shape.TEXT ->
              throw problem(path(name), "must be a string; quote it", source);
          default -> new Sourced(value.get(), source);
        });
  }

  /// The place below a name of ours.
  SectionValues below(String name) {
    return new SectionValues(reading, path(name), map(name), variable, own);
  }

  /// The places below a name of ours, by the operator's names.
  Map<String, SectionValues> each(String name, Optional<Sourced> found) {
    var places = new LinkedHashMap<String, SectionValues>();
    if (found.isPresent()) {
      var source = found.get().source();
      var whole = source.kind() == ValueSource.Kind.FILE ? variable : source;
      object(path(name), found.get())
          .fields()
          .forEach(
              (key, value) -> {
                var at = path(name) + "." + key;
                var object = object(at, new Sourced(value, whole == null ? source(at) : whole));
                places.put(key, new SectionValues(reading, at, object, whole, true));
              });
    }
    return places;
  }

  static Json.Obj object(String path, Sourced sourced) {
    if (sourced.value() instanceof Json.Obj object) {
      return object;
    }
    throw problem(path, "must be a map", sourced.source());
  }

  /// What the file says below a name, in a map or in names with dots.
  private Json.Obj map(String name) {
    var below = new LinkedHashMap<String, Json>();
    file.get(name)
        .filter(value -> !(value instanceof Json.Null))
        .map(value -> object(path(name), new Sourced(value, source(path(name)))))
        .ifPresent(object -> below.putAll(object.fields()));
    file.fields()
        .forEach(
            (key, value) -> {
              if (key.startsWith(name + ".")
                  && below.putIfAbsent(key.substring(name.length() + 1), value) != null) {
                throw problem(path(key), "is defined twice", source(path(key)));
              }
            });
    return new Json.Obj(below);
  }

  private ValueSource source(String at) {
    return variable == null ? reading.inFile(at) : variable;
  }

  static Problem problem(String path, String what, ValueSource source) {
    return Problem.invalid(path + ": " + what + source.suffix());
  }
}
