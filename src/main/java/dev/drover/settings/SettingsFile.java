package dev.drover.settings;

import dev.drover.base.Json;
import dev.drover.base.Problem;
import dev.drover.base.TextFile;
import dev.drover.base.Yaml;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;

/// A settings file in YAML.
///
/// @param path empty if there is no file
/// @param lines the line of each key, by its path
public record SettingsFile(Optional<Path> path, Json.Obj root, Map<String, Integer> lines) {
  /// A file without settings.
  public static final SettingsFile NONE =
      new SettingsFile(Optional.empty(), new Json.Obj(Map.of()), Map.of());

  private static final int MAX_BYTES = 1 << 20;

  public SettingsFile {
    lines = Map.copyOf(lines);
  }

  /// Reads a file.
  ///
  /// @throws Problem `INVALID_REQUEST` if it cannot be read or is not a map in YAML
  public static SettingsFile read(Path path) {
    try {
      if (Files.notExists(path)) {
        throw Problem.invalid("there is no settings file " + path);
      }
      var document = Yaml.document(TextFile.read(path, MAX_BYTES));
      return switch (document.json()) {
        case Json.Obj root -> new SettingsFile(Optional.of(path), root, document.lines());
        case Json.Null _ -> new SettingsFile(Optional.of(path), NONE.root, Map.of());
        default -> throw Problem.invalid(path + ": must be a map of settings");
      };
    } catch (Yaml.Unreadable e) {
      throw Problem.invalid(path + ": " + e.getMessage());
    } catch (TextFile.Unusable e) {
      throw Problem.invalid("the settings file " + path + " " + e.getMessage());
    }
  }

  /// Leaves out the content of the file.
  @Override
  public String toString() {
    return path.map(Path::toString).orElse("none");
  }

  /// The file and line of a key.
  ValueSource source(String at) {
    var line = lines.get(at);
    var name = path.map(Path::toString).orElse("");
    return new ValueSource(ValueSource.Kind.FILE, line == null ? name : name + ", line " + line);
  }
}
