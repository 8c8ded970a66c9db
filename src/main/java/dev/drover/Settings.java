package dev.drover;

import dev.drover.base.Problem;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import org.snakeyaml.engine.v2.api.Load;
import org.snakeyaml.engine.v2.api.LoadSettings;
import org.snakeyaml.engine.v2.exceptions.YamlEngineException;

/// Settings as texts under dotted names, from wherever they came. Immutable.
final class Settings {
  private static final Set<String> NAMES =
      Set.of(
          "host",
          "port",
          "data",
          "database_url",
          "api_key",
          "anthropic.base_url",
          "anthropic.api_key",
          "openai.base_url",
          "openai.api_key",
          "rehearsal.first_token_ms");

  /// Settings that are maps of the operator's own names.
  private static final Set<String> MAPS = Set.of("models");

  private final Map<String, String> values;

  private Settings(Map<String, String> values) {
    this.values = values;
  }

  static Settings empty() {
    return new Settings(Map.of());
  }

  /// A YAML file. A name that nobody knows is refused: it would be a setting that does nothing.
  static Settings file(Path file) {
    var values = new HashMap<String, String>();
    try {
      var load = new Load(LoadSettings.builder().setAllowDuplicateKeys(false).build());
      var root = load.loadFromString(Files.readString(file));
      if (root != null) {
        collect(file, "", root, values);
      }
    } catch (IOException e) {
      throw Problem.invalid(file + ": cannot be read: " + e.getMessage());
    } catch (YamlEngineException e) {
      throw Problem.invalid(file + ": not valid YAML");
    }
    return new Settings(values);
  }

  /// `DROVER_ANTHROPIC_API_KEY` goes before the file's `anthropic.api_key`.
  Settings with(Map<String, String> environmentOrFlags) {
    var merged = new HashMap<>(values);
    for (var name : NAMES) {
      var variable = "DROVER_" + name.replace('.', '_').toUpperCase(java.util.Locale.ROOT);
      for (var source : new String[] {variable, name}) {
        var value = environmentOrFlags.get(source);
        if (value != null && !value.isBlank()) {
          merged.put(name, value);
        }
      }
    }
    return new Settings(merged);
  }

  Optional<String> text(String name) {
    return Optional.ofNullable(values.get(name)).map(String::strip);
  }

  OptionalLong number(String name, long min, long max) {
    var text = text(name);
    if (text.isEmpty()) {
      return OptionalLong.empty();
    }
    try {
      long number = Long.parseLong(text.get());
      if (number >= min && number <= max) {
        return OptionalLong.of(number);
      }
    } catch (NumberFormatException _) {
      // Said below.
    }
    throw Problem.invalid(name + ": must be a whole number from " + min + " to " + max);
  }

  Map<String, String> map(String name) {
    var map = new LinkedHashMap<String, String>();
    values.forEach(
        (key, value) -> {
          if (key.startsWith(name + ".")) {
            map.put(key.substring(name.length() + 1), value);
          }
        });
    return map;
  }

  void refuse(String name, String why) {
    if (values.containsKey(name)) {
      throw Problem.invalid(name + ": " + why);
    }
  }

  private static void collect(Path file, String path, Object value, Map<String, String> into) {
    if (value instanceof Map<?, ?> map) {
      map.forEach(
          (key, item) -> {
            var name = path.isEmpty() ? String.valueOf(key) : path + "." + key;
            if (item != null) {
              collect(file, name, item, into);
            }
          });
    } else if (path.isEmpty()) {
      throw Problem.invalid(file + ": must be a map of settings");
    } else if (value instanceof Iterable || !known(path)) {
      throw Problem.invalid(file + ": unknown setting " + path);
    } else {
      into.put(path, value.toString());
    }
  }

  private static boolean known(String name) {
    return NAMES.contains(name) || MAPS.stream().anyMatch(map -> name.startsWith(map + "."));
  }
}
