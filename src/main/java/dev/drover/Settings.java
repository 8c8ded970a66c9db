package dev.drover;

import dev.drover.Config.Flags;
import dev.drover.Config.Misconfigured;
import dev.drover.base.Secret;
import java.io.IOException;
import java.net.URI;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.snakeyaml.engine.v2.api.Load;
import org.snakeyaml.engine.v2.api.LoadSettings;
import org.snakeyaml.engine.v2.exceptions.MarkedYamlEngineException;
import org.snakeyaml.engine.v2.exceptions.YamlEngineException;

/// What file, environment and flags say, by key, each with where it came from.
final class Settings {
  private static final List<String> TEXTS =
      List.of(
          "host",
          "data",
          "database_url",
          "api_key",
          "anthropic.base_url",
          "anthropic.api_key",
          "openai.base_url",
          "openai.api_key");
  private static final List<String> NUMBERS = List.of("port", "rehearsal.first_token_ms");
  private static final List<String> GROUPS = List.of("anthropic", "openai", "rehearsal");
  private static final String MODELS = "models";

  /// @param name how its author knows the setting
  private record Value(String text, String name) {
    Misconfigured wrong(String what) {
      return new Misconfigured(name + ": " + what);
    }
  }

  private final Map<String, Value> values = new LinkedHashMap<>();
  private final Map<String, String> models = new HashMap<>();
  private final Path data;

  private Settings(Path data) {
    this.data = data;
  }

  static Settings gather(Map<String, String> environment, Flags flags) throws Misconfigured {
    var given = variable(environment, "data");
    var elsewhere = flags.data().or(() -> given.map(Path::of));
    var data = elsewhere.orElseGet(() -> defaultData(environment));
    var file = flags.config().orElse(data.resolve("drover.yaml"));
    var settings = new Settings(data);
    if (flags.config().isPresent() || Files.exists(file)) {
      settings.add(file);
    }
    var fromFile = settings.values.get("data");
    if (fromFile != null && elsewhere.isEmpty()) {
      if (flags.config().isEmpty()) {
        throw fromFile.wrong("cannot be set by the file in the data directory itself");
      }
      var moved = new Settings(file.toAbsolutePath().resolveSibling(fromFile.text()).normalize());
      moved.values.putAll(settings.values);
      moved.models.putAll(settings.models);
      settings = moved;
    }
    for (var keys : List.of(TEXTS, NUMBERS)) {
      for (var key : keys) {
        var value = variable(environment, key);
        if (value.isPresent()) {
          settings.values.put(key, new Value(value.get(), variable(key)));
        }
      }
    }
    if (flags.host().isPresent()) {
      settings.values.put("host", new Value(flags.host().get(), "--host"));
    }
    if (flags.port().isPresent()) {
      settings.values.put("port", new Value(flags.port().get().toString(), "--port"));
    }
    return settings;
  }

  private static String variable(String key) {
    return "DROVER_" + key.toUpperCase(Locale.ROOT).replace('.', '_');
  }

  private static Optional<String> variable(Map<String, String> environment, String key) {
    return Optional.ofNullable(environment.get(variable(key))).filter(text -> !text.isEmpty());
  }

  private static Path defaultData(Map<String, String> environment) {
    var shared = environment.getOrDefault("XDG_DATA_HOME", "");
    return shared.startsWith("/")
        ? Path.of(shared, "drover")
        : Path.of(environment.getOrDefault("HOME", "."), ".local", "share", "drover");
  }

  private void add(Path file) throws Misconfigured {
    Object root;
    try {
      root = new Load(LoadSettings.builder().build()).loadFromString(Files.readString(file));
    } catch (IOException e) {
      throw new Misconfigured(file + " cannot be read: " + e);
    } catch (MarkedYamlEngineException e) {
      // The full message quotes the file, which may hold keys.
      var where =
          e.getProblemMark()
              .map(
                  mark -> " at line " + (mark.getLine() + 1) + ", column " + (mark.getColumn() + 1))
              .orElse("");
      throw new Misconfigured(file + " is not valid YAML" + where);
    } catch (YamlEngineException _) {
      throw new Misconfigured(file + " is not valid YAML");
    }
    if (root != null) {
      add(file, "", root);
    }
  }

  private void add(Path file, String group, @Nullable Object object) throws Misconfigured {
    var name = file + (group.isEmpty() ? "" : ": " + group);
    if (!(object instanceof Map<?, ?> map)) {
      throw new Misconfigured(name + ": must hold settings by name");
    }
    for (var entry : map.entrySet()) {
      var key = (group.isEmpty() ? "" : group + ".") + entry.getKey();
      var value = entry.getValue();
      var named = file + ": " + key;
      if (group.equals(MODELS)) {
        models.put(String.valueOf(entry.getKey()), text(named, value));
      } else if (TEXTS.contains(key)) {
        values.put(key, new Value(text(named, value), named));
      } else if (NUMBERS.contains(key)) {
        values.put(key, new Value(String.valueOf(value), named));
      } else if (group.isEmpty() && (GROUPS.contains(key) || key.equals(MODELS))) {
        add(file, key, value);
      } else {
        throw new Misconfigured(
            "%s: unknown setting \"%s\"; the settings are %s, %s, models"
                .formatted(file, key, String.join(", ", TEXTS), String.join(", ", NUMBERS)));
      }
    }
  }

  private static String text(String name, @Nullable Object value) throws Misconfigured {
    if (value instanceof String text && !text.isEmpty()) {
      return text;
    }
    throw new Misconfigured(name + ": must be a text; quote it if it looks like a number");
  }

  Path data() {
    return data;
  }

  Map<String, String> models() {
    return Map.copyOf(models);
  }

  void refuse(String key, String why) throws Misconfigured {
    var value = values.get(key);
    if (value != null) {
      throw value.wrong(why);
    }
  }

  Optional<String> text(String key) {
    return Optional.ofNullable(values.get(key)).map(Value::text);
  }

  Optional<Integer> number(String key, int max) throws Misconfigured {
    var value = values.get(key);
    if (value == null) {
      return Optional.empty();
    }
    try {
      int number = Integer.parseInt(value.text());
      if (number >= 0 && number <= max) {
        return Optional.of(number);
      }
    } catch (NumberFormatException _) {
      // said below
    }
    throw value.wrong("must be a number from 0 to " + max);
  }

  Optional<Secret> secret(String key) throws Misconfigured {
    var value = values.get(key);
    if (value == null) {
      return Optional.empty();
    }
    if (!isKey(value.text())) {
      throw value.wrong("must be printable ASCII without spaces");
    }
    return Optional.of(new Secret(value.text()));
  }

  /// Whether a header can carry it.
  static boolean isKey(String text) {
    return !text.isEmpty() && text.chars().allMatch(c -> c > ' ' && c < 127);
  }

  Optional<URI> url(String key) throws Misconfigured {
    var value = values.get(key);
    if (value == null) {
      return Optional.empty();
    }
    try {
      var url = new URI(value.text().replaceFirst("/+$", ""));
      var scheme = String.valueOf(url.getScheme());
      if ((scheme.equals("http") || scheme.equals("https"))
          && url.getHost() != null
          && url.getUserInfo() == null
          && url.getQuery() == null) {
        return Optional.of(url);
      }
    } catch (URISyntaxException _) {
      // said below
    }
    throw value.wrong("must be an http or https URL, without a user and a query");
  }
}
