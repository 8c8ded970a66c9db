package dev.drover.cli;

import dev.drover.base.Json;
import dev.drover.settings.SettingValue;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.regex.Pattern;

/// `drover config`: prints every setting, its value and the source of the value. The text is a
/// valid settings file without the secrets.
final class ConfigCommand {
  private static final int COLUMN = 40;

  /// Texts that need no quotes in YAML.
  private static final Pattern PLAIN = Pattern.compile("(?!(true|false|null)$)[A-Za-z/][\\w./-]*");

  private final Shell shell;
  private final ServerFactory host;

  ConfigCommand(Shell shell, ServerFactory host) {
    this.shell = shell;
    this.host = host;
  }

  /// @return the exit status
  int run(Map<String, String> flags, boolean json) {
    var settings = whole(host.settings(flags));
    var output = new Output(shell, json);
    if (json) {
      output.object(json(settings));
    } else {
      print(output, settings, "", "");
    }
    return 0;
  }

  /// Leaves out the settings inside of a map that is a setting itself.
  private static List<SettingValue> whole(List<SettingValue> settings) {
    return settings.stream()
        .filter(
            inner -> settings.stream().noneMatch(map -> inner.path().startsWith(map.path() + ".")))
        .toList();
  }

  private static Json.Obj json(List<SettingValue> settings) {
    var fields = new LinkedHashMap<String, Json>();
    for (var setting : settings) {
      var source = setting.source();
      fields.put(
          setting.path(),
          Json.obj(
              "set", setting.hidden() || setting.value().isPresent(),
              "value", setting.value().orElse(Json.NULL),
              "default", setting.usual().orElse(Json.NULL),
              "source", source.kind().name().toLowerCase(Locale.ROOT),
              "from", source.name().isEmpty() ? null : source.name(),
              "variable", setting.variable().orElse(null)));
    }
    return new Json.Obj(fields);
  }

  /// Prints the settings below a path: first single settings, then sections.
  private static void print(
      Output output, List<SettingValue> settings, String path, String indent) {
    var sections = new LinkedHashMap<String, List<SettingValue>>();
    for (var setting : settings) {
      var name = setting.path().substring(path.length());
      int dot = name.indexOf('.');
      if (dot < 0) {
        output.line(line(setting, indent + name));
      } else {
        var section = name.substring(0, dot);
        sections.computeIfAbsent(section, _ -> below(settings, path + section + "."));
      }
    }
    sections.forEach(
        (name, inner) -> {
          output.line(indent + name + ":");
          print(output, inner, path + name + ".", indent + "  ");
        });
  }

  private static List<SettingValue> below(List<SettingValue> settings, String path) {
    return settings.stream().filter(setting -> setting.path().startsWith(path)).toList();
  }

  /// @param name after its indent
  private static String line(SettingValue setting, String name) {
    if (setting.hidden()) {
      return comment(name)
          + " is set (value hidden): "
          + Sanitized.line(setting.source().toString());
    }
    return setting
        .value()
        .map(
            value ->
                Columns.pad(name + ": " + Sanitized.line(yaml(value)), COLUMN)
                    + "  # "
                    + Sanitized.line(setting.source().toString()))
        .orElse(comment(name) + " is not set");
  }

  private static String comment(String indented) {
    var name = indented.stripLeading();
    return " ".repeat(indented.length() - name.length()) + "# " + name;
  }

  private static String yaml(Json value) {
    return value instanceof Json.Str(var text) && PLAIN.matcher(text).matches()
        ? text
        : value.toString();
  }
}
