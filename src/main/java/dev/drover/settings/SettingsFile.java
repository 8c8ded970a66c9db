package dev.drover.settings;

import dev.drover.base.Json;
import dev.drover.base.Problem;
import dev.drover.base.Yaml;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;

/// A YAML file of settings.
///
/// @param path empty: there is none
/// @param lines where each key stands, by its path
public record SettingsFile(Optional<Path> path, Json.Obj root, Map<String, Integer> lines) {
  /// Without any setting.
  public static final SettingsFile NONE =
      new SettingsFile(Optional.empty(), new Json.Obj(Map.of()), Map.of());

  private static final int MAX_BYTES = 1 << 20;

  public SettingsFile {
    lines = Map.copyOf(lines);
  }

  /// Reads a file.
  ///
  /// @throws Problem `INVALID_REQUEST` if it cannot be read or is no map in YAML
  public static SettingsFile read(Path path) {
    try {
      var document = Yaml.document(text(path));
      return switch (document.json()) {
        case Json.Obj root -> new SettingsFile(Optional.of(path), root, document.lines());
        case Json.Null _ -> new SettingsFile(Optional.of(path), NONE.root, Map.of());
        default -> throw Problem.invalid(path + ": must be a map of settings");
      };
    } catch (Yaml.Unreadable e) {
      throw Problem.invalid(path + ": " + e.getMessage());
    } catch (NoSuchFileException _) {
      throw Problem.invalid("there is no settings file " + path);
    } catch (AccessDeniedException _) {
      throw Problem.invalid("the settings file " + path + " cannot be read: permission denied");
    } catch (CharacterCodingException _) {
      throw Problem.invalid("the settings file " + path + " is not UTF-8");
    } catch (IOException e) {
      throw Problem.invalid(
          Files.isDirectory(path)
              ? "the settings file " + path + " is a directory"
              : "the settings file " + path + " cannot be read: " + e.getMessage());
    }
  }

  private static String text(Path path) throws IOException {
    try (var in = Files.newInputStream(path)) {
      var bytes = in.readNBytes(MAX_BYTES + 1);
      if (bytes.length > MAX_BYTES) {
        throw new IOException("it is larger than " + MAX_BYTES + " bytes");
      }
      return StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(bytes)).toString();
    }
  }

  /// Without what the file says.
  @Override
  public String toString() {
    return path.map(Path::toString).orElse("none");
  }

  /// Where a key stands.
  ValueSource source(String at) {
    var line = lines.get(at);
    var name = path.map(Path::toString).orElse("");
    return new ValueSource(ValueSource.Kind.FILE, line == null ? name : name + ", line " + line);
  }
}
