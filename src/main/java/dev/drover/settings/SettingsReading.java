package dev.drover.settings;

import dev.drover.base.Json;
import dev.drover.base.Problem;
import dev.drover.base.Yaml;
import dev.drover.settings.SectionValues.Sourced;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/// One pass over all settings: it collects which settings the readers request, and so which
/// settings exist. Not safe for concurrent use.
final class SettingsReading {
  static final String PREFIX = "DROVER_";

  private final SettingsFile file;
  private final Map<String, String> environment;
  private final Map<String, String> flags;
  private final Map<String, Json> fixed;
  private final Map<String, SettingValue> asked = new LinkedHashMap<>();
  private final Set<String> sections = new LinkedHashSet<>();
  private final Set<String> maps = new LinkedHashSet<>();
  private final Map<String, Sourced> overlaid = new LinkedHashMap<>();

  SettingsReading(
      SettingsFile file,
      Map<String, String> environment,
      Map<String, String> flags,
      Map<String, Json> fixed) {
    this.file = file;
    this.environment = environment;
    this.flags = flags;
    this.fixed = fixed;
  }

  static String variable(String path) {
    return PREFIX + path.replace('.', '_').toUpperCase(Locale.ROOT);
  }

  /// The values that override the file, in order of precedence.
  List<Sourced> overrides(String path, Shape shape) {
    var overrides = new ArrayList<Sourced>();
    var set = fixed.get(path);
    if (set != null) {
      overrides.add(new Sourced(set, ValueSource.COMMAND));
    }
    var flag = flags.get(path);
    if (flag != null) {
      overrides.add(sourced(path, flag.strip(), shape, ValueSource.flag(path)));
    }
    var variable = variable(path);
    var text = environment.get(variable);
    if (text != null) {
      overrides.add(sourced(path, text, shape, ValueSource.variable(variable)));
    }
    return overrides;
  }

  private static Sourced sourced(String path, String text, Shape shape, ValueSource source) {
    try {
      return new Sourced(shape.text(text), source);
    } catch (Yaml.Unreadable e) {
      throw Problem.invalid(path + ": " + e.getMessage() + source.suffix());
    }
  }

  ValueSource inFile(String path) {
    return file.source(path);
  }

  void section(String path) {
    sections.add(path);
  }

  void asked(SettingValue setting) {
    asked.put(setting.path(), setting);
  }

  /// The source of the value of a setting that was requested.
  ValueSource source(String path) {
    var setting = asked.get(path);
    return setting == null ? inFile(path) : setting.source();
  }

  /// Declares a map in which every name is allowed.
  void map(String path) {
    maps.add(path);
  }

  /// Declares sections that come from a variable instead of the file.
  void overlaid(String path, Sourced sections) {
    overlaid.put(path, sections);
  }

  List<SettingValue> settings() {
    return List.copyOf(asked.values());
  }

  /// Refuses every setting that no reader requested.
  void refuseUnknown(Predicate<String> others) {
    refuseUnknown(file.root(), "", null);
    overlaid.forEach(
        (path, map) -> refuseUnknown(SectionValues.object(path, map), path, map.source()));
    var variables = new ArrayList<String>();
    asked.values().forEach(setting -> setting.variable().ifPresent(variables::add));
    for (var name : new TreeMap<>(environment).keySet()) {
      if (!variables.contains(name) && !others.test(name)) {
        throw Problem.invalid(
            "unknown environment variable " + name + Suggestions.of(name, variables));
      }
    }
  }

  private void refuseUnknown(Json.Obj object, String path, @Nullable ValueSource source) {
    object
        .fields()
        .forEach(
            (key, value) -> {
              var whole = path.isEmpty() ? key : path + "." + key;
              if (sections.contains(whole) && value instanceof Json.Obj inner) {
                refuseUnknown(inner, whole, source);
              } else if (!isKnown(whole)) {
                throw unknown(whole, source == null ? inFile(whole) : source);
              }
            });
  }

  private boolean isKnown(String path) {
    return asked.containsKey(path)
        || sections.contains(path)
        || maps.stream().anyMatch(map -> path.startsWith(map + "."));
  }

  private Problem unknown(String path, ValueSource source) {
    var names = new LinkedHashSet<String>(asked.keySet());
    names.addAll(sections);
    return Problem.invalid(
        "unknown setting " + path + source.suffix() + Suggestions.of(path, names));
  }
}
