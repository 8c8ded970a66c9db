package dev.drover;

import dev.drover.base.Problem;
import dev.drover.base.Secret;
import dev.drover.hands.BuiltInTool;
import dev.drover.model.ModelSettings;
import java.io.IOException;
import java.net.URI;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.snakeyaml.engine.v2.api.Load;
import org.snakeyaml.engine.v2.api.LoadSettings;
import org.snakeyaml.engine.v2.exceptions.YamlEngineException;

/// Settings as texts under dotted names, from wherever they came. Immutable.
final class Settings {
  private static final Set<String> NAMES =
      withTools(
          "host",
          "port",
          "data",
          "database_url",
          "api_key",
          "anthropic.base_url",
          "anthropic.api_key",
          "openai.base_url",
          "openai.api_key",
          "max_tool_rounds",
          "images.max_base64_bytes",
          "images.max_pixels",
          "openai.reasoning_field",
          "anthropic.connect_ms",
          "anthropic.first_event_ms",
          "anthropic.between_events_ms",
          "openai.connect_ms",
          "openai.first_event_ms",
          "openai.between_events_ms",
          "nodes.lapse_ms",
          "drain_ms",
          "workspaces.kind",
          "workspaces.free_mib",
          "stream_grace_ms",
          "connections.max",
          "connections.per_address",
          "log.format",
          "log.level",
          "rehearsal.first_token_ms");

  private static Set<String> withTools(String... names) {
    return Stream.concat(
            Stream.of(names), Arrays.stream(BuiltInTool.values()).map(Settings::onAmbiguous))
        .collect(Collectors.toUnmodifiableSet());
  }

  /// What becomes of a tool's calls of which nobody knows whether they took effect.
  static String onAmbiguous(BuiltInTool tool) {
    return "tools." + tool.wireName() + ".on_ambiguous";
  }

  private static final Set<String> NUMBERS =
      Set.of(
          "port",
          "workspaces.free_mib",
          "max_tool_rounds",
          "images.max_base64_bytes",
          "images.max_pixels",
          "nodes.lapse_ms",
          "drain_ms",
          "stream_grace_ms",
          "connections.max",
          "connections.per_address",
          "rehearsal.first_token_ms");

  /// Settings that are maps of the operator's own names.
  private static final Set<String> MAPS = Set.of("models");

  /// The setting that holds settings of its own for each model id. Its names are not joined with
  /// dots: an id may have dots in it.
  private static final String MODELS = "model_settings";

  private final Map<String, String> values;
  private final Map<String, ModelEntry> models;

  private Settings(Map<String, String> values, Map<String, ModelEntry> models) {
    this.values = values;
    this.models = models;
  }

  static Settings empty() {
    return new Settings(Map.of(), Map.of());
  }

  /// A YAML file. A name that nobody knows is refused: it would be a setting that does nothing.
  static Settings file(Path file) {
    var values = new HashMap<String, String>();
    var models = new HashMap<String, ModelEntry>();
    try {
      var load = new Load(LoadSettings.builder().setAllowDuplicateKeys(false).build());
      var root = load.loadFromString(Files.readString(file));
      if (root != null) {
        collect(file, "", withoutModels(file, root, models), values);
      }
    } catch (IOException e) {
      throw Problem.invalid(file + ": cannot be read: " + e.getMessage());
    } catch (YamlEngineException e) {
      throw Problem.invalid(file + ": not valid YAML");
    }
    return new Settings(values, models);
  }

  /// Takes what is said of models out of the file's map.
  private static Object withoutModels(Path file, Object root, Map<String, ModelEntry> into) {
    if (!(root instanceof Map<?, ?> map) || !map.containsKey(MODELS)) {
      return root;
    }
    if (!(map.get(MODELS) instanceof Map<?, ?> byId)) {
      throw Problem.invalid(file + ": " + MODELS + ": must be a map of model ids");
    }
    byId.forEach(
        (id, entry) ->
            into.put(String.valueOf(id), ModelEntry.of(file + ": " + MODELS + "." + id, entry)));
    var rest = new LinkedHashMap<Object, Object>(map);
    rest.remove(MODELS);
    return rest;
  }

  /// `DROVER_ANTHROPIC_API_KEY` goes before the file's `anthropic.api_key`. Variables without the
  /// prefix are somebody else's.
  Settings withEnvironment(Map<String, String> environment) {
    return with(name -> environment.get(variable(name)));
  }

  /// @param flags by name
  Settings withFlags(Map<String, String> flags) {
    return with(flags::get);
  }

  private Settings with(Function<String, @Nullable String> source) {
    var merged = new HashMap<>(values);
    for (var name : NAMES) {
      var value = source.apply(name);
      if (value != null && !value.isBlank()) {
        merged.put(name, value);
      }
    }
    return new Settings(merged, models);
  }

  private static String variable(String name) {
    return "DROVER_" + name.replace('.', '_').toUpperCase(Locale.ROOT);
  }

  Optional<String> text(String name) {
    return Optional.ofNullable(values.get(name)).map(String::strip);
  }

  /// A text that an HTTP header can carry.
  Optional<Secret> secret(String name) {
    return text(name)
        .map(
            text -> {
              if (!text.chars().allMatch(c -> c > ' ' && c < 127)) {
                throw Problem.invalid(name + ": must be printable ASCII without spaces");
              }
              return new Secret(text);
            });
  }

  /// A server's address, without slashes at its end. It may have a query.
  Optional<URI> url(String name) {
    return text(name)
        .map(
            text -> {
              try {
                var url = new URI(text.replaceFirst("/+$", ""));
                var scheme = String.valueOf(url.getScheme());
                if ((scheme.equals("http") || scheme.equals("https"))
                    && url.getHost() != null
                    && url.getRawUserInfo() == null
                    && url.getRawFragment() == null) {
                  return url;
                }
              } catch (URISyntaxException _) {
                // Said below.
              }
              throw Problem.invalid(
                  name + ": must be an http or https URL without user or fragment");
            });
  }

  /// A time of a millisecond to a day.
  Duration millis(String name, Duration usual) {
    return Duration.ofMillis(number(name, 1, 86_400_000).orElse(usual.toMillis()));
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

  /// One of a few names, whose meanings are the map's values.
  <T> Optional<T> choice(String name, Map<String, T> choices) {
    return text(name)
        .map(
            text -> {
              var choice = choices.get(text);
              if (choice == null) {
                var names = String.join(", ", choices.keySet().stream().sorted().toList());
                throw Problem.invalid(name + ": must be one of " + names);
              }
              return choice;
            });
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

  /// What is said of models, by their ids.
  Map<String, ModelSettings> models() {
    var settings = new LinkedHashMap<String, ModelSettings>();
    models.forEach((id, entry) -> settings.put(id, entry.settings()));
    return settings;
  }

  private static boolean isNumber(String name) {
    return NUMBERS.contains(name) || name.endsWith("_ms");
  }

  private static void collect(
      Path file, String path, @Nullable Object value, Map<String, String> into) {
    if (value instanceof Map<?, ?> map) {
      map.forEach(
          (key, item) -> {
            var name = path.isEmpty() ? String.valueOf(key) : path + "." + key;
            collect(file, name, item, into);
          });
    } else if (path.isEmpty()) {
      throw Problem.invalid(file + ": must be a map of settings");
    } else if (!known(path) || value instanceof Iterable) {
      throw Problem.invalid(file + ": unknown setting " + path);
    } else if (value instanceof String || (value instanceof Number && isNumber(path))) {
      into.put(path, value.toString());
    } else {
      throw Problem.invalid(file + ": " + path + ": must be a text; quote what looks otherwise");
    }
  }

  private static boolean known(String name) {
    return NAMES.contains(name) || MAPS.stream().anyMatch(map -> name.startsWith(map + "."));
  }
}
