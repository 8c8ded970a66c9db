package dev.drover.settings;

import dev.drover.base.Json;
import dev.drover.base.Problem;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// The values of one section: those of the file, and those that override them.
///
/// @param path of the section; empty for the root
/// @param file the part of the settings file for this section
/// @param variable the source of the whole section, if it was read from one value; otherwise null
record SectionValues(
    SettingsReading reading,
    String path,
    Json.Obj file,
    @Nullable ValueSource variable,
    boolean own) {

  private static final Json EMPTY = new Json.Obj(Map.of());

  /// A value and its source.
  record Sourced(Json value, ValueSource source) {
    /// Leaves out the value, which may be secret.
    @Override
    public String toString() {
      return source.toString();
    }
  }

  /// Leaves out all values.
  @Override
  public String toString() {
    return path;
  }

  String path(String name) {
    return path.isEmpty() ? name : path + "." + name;
  }

  /// The environment variable of a setting; empty under names that the operator chooses, which have
  /// no variables.
  Optional<String> variable(String name) {
    return own ? Optional.empty() : Optional.of(SettingsReading.variable(path(name)));
  }

  /// The value in effect; empty if none is set.
  Optional<Sourced> find(String name, Shape shape) {
    return all(name, shape).stream()
        .findFirst()
        .filter(sourced -> !(sourced.value() instanceof Json.Null));
  }

  /// The value in effect, followed by the values that it overrides, in order of precedence. JSON
  /// null means "not set".
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

  /// The section under a name that Drover defines.
  SectionValues below(String name) {
    return new SectionValues(reading, path(name), map(name), variable, own);
  }

  /// The sections under a name that Drover defines, by the names that the operator chose.
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

  /// The part of the file under a name, written as a map or as names with dots.
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
