package dev.drover.settings;

import dev.drover.base.Json;
import dev.drover.base.Problem;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.function.Predicate;

/// All settings: those of the file, which environment variables override, which flags override.
/// Immutable.
public final class SettingsTree {
  private final SettingsFile file;
  private final Map<String, String> environment;
  private final Map<String, String> flags;
  private final Map<String, Json> fixed;
  private final Predicate<String> others;

  private SettingsTree(
      SettingsFile file,
      Map<String, String> environment,
      Map<String, String> flags,
      Map<String, Json> fixed,
      Predicate<String> others) {
    this.file = file;
    this.environment = environment;
    this.flags = flags;
    this.fixed = fixed;
    this.others = others;
  }

  /// @param environment the environment of the process. The variable of a setting is `DROVER_` and
  ///   its path; blank variables are ignored
  /// @param flags the values of flags, by the path of their setting
  /// @param others whether a variable that begins with `DROVER_` is not a setting and is ignored
  public static SettingsTree of(
      SettingsFile file,
      Map<String, String> environment,
      Map<String, String> flags,
      Predicate<String> others) {
    var ours = new HashMap<String, String>();
    environment.forEach(
        (name, value) -> {
          if (name.startsWith(SettingsReading.PREFIX)
              && !value.isBlank()
              && !ServiceLinks.isOne(name, value)) {
            ours.put(name, value.strip());
          }
        });
    return new SettingsTree(file, Map.copyOf(ours), Map.copyOf(flags), Map.of(), others);
  }

  /// A copy of this tree with values that override all others.
  ///
  /// @param values by path; JSON null means "not set"
  public SettingsTree with(Map<String, Json> values) {
    return new SettingsTree(file, environment, flags, Map.copyOf(values), others);
  }

  /// The result of a pass over all settings.
  ///
  /// @param settings every setting that was requested, in the order of the requests
  public record Result<T>(T value, List<SettingValue> settings) {
    public Result {
      settings = List.copyOf(settings);
    }
  }

  /// Reads the whole tree.
  ///
  /// @throws Problem `INVALID_REQUEST` that names the setting that is invalid or unknown, and its
  ///   place
  public <T> Result<T> read(Function<Section, T> reader) {
    var reading = new SettingsReading(file, environment, flags, fixed);
    var value =
        reader.apply(
            new Section(reading, new SectionValues(reading, "", file.root(), null, false)));
    reading.refuseUnknown(others);
    return new Result<>(value, reading.settings());
  }
}
