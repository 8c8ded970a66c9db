package dev.drover.profile;

import dev.drover.base.Problem;
import dev.drover.base.TextFile;
import dev.drover.settings.Section;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/// The operator's profiles: files in a directory, one for each.
///
/// @param directory which may be missing
/// @param selectable the names that sessions may choose; empty: all
public record ProfileFiles(Path directory, Optional<List<String>> selectable) {
  private static final String SUFFIX = ".yaml";
  private static final int MAX_BYTES = 64 * 1024;
  private static final int MOST = 100;

  /// @param section `profiles` of the settings
  /// @param data the data directory
  public static ProfileFiles read(Section section, Path data) {
    return new ProfileFiles(data.resolve("profiles"), section.list("selectable"));
  }

  /// Reads the files, and adds what is built in.
  ///
  /// @throws Problem `INVALID_REQUEST` that names the file and what is wrong in it
  public Profiles load() {
    Map<String, Profile> all = new LinkedHashMap<>(BuiltInProfiles.ALL);
    var own = new HashSet<String>();
    for (var file : files()) {
      var profile = read(file);
      all.put(profile.name(), profile);
      own.add(profile.name());
    }
    checkModels(all);
    checkTests(all);
    for (var name : selectable.orElse(List.of())) {
      if (!all.containsKey(name)) {
        throw Problem.invalid(
            "profiles.selectable: there is no profile \"%s\"; the profiles are %s"
                .formatted(name, String.join(", ", all.keySet().stream().sorted().toList())));
      }
    }
    return new Profiles(
        List.copyOf(all.values()),
        own,
        selectable.map(Set::copyOf),
        ProfileFigures.NONE,
        Profiles.AgentMetadata.NONE);
  }

  /// The files, in the order of their names. What a text editor leaves is passed over.
  private List<Path> files() {
    if (!Files.exists(directory)) {
      return List.of();
    }
    try (var entries = Files.list(directory)) {
      var files =
          entries
              .filter(path -> !name(path).startsWith(".") && !name(path).endsWith("~"))
              .sorted()
              .limit(MOST + 1)
              .toList();
      if (files.size() > MOST) {
        throw Problem.invalid(directory + ": has more than " + MOST + " files");
      }
      return files;
    } catch (IOException | UncheckedIOException e) {
      throw Problem.invalid(directory + ": cannot be read: " + e.getMessage());
    }
  }

  private static String name(Path file) {
    return String.valueOf(file.getFileName());
  }

  private static Profile read(Path file) {
    var name = name(file);
    if (!name.endsWith(SUFFIX)) {
      throw Problem.invalid(file + ": the name of a profile's file ends with " + SUFFIX);
    }
    var stem = name.substring(0, name.length() - SUFFIX.length());
    String text;
    try {
      text = TextFile.read(file, MAX_BYTES);
    } catch (TextFile.Unusable e) {
      throw Problem.invalid(file + ": " + e.getMessage());
    }
    var profile = ProfileReader.read(file.toString(), text, BuiltInProfiles.base(stem)).profile();
    if (!profile.name().equals(stem)) {
      throw Problem.invalid("%s: name: must be \"%s\", as the file is named".formatted(file, stem));
    }
    checkVersion(file, profile);
    return profile;
  }

  /// A version of a built-in profile stands for its built-in settings on every server.
  private static void checkVersion(Path file, Profile profile) {
    var builtIn = BuiltInProfiles.ALL.get(profile.name());
    if (builtIn != null
        && builtIn.version() == profile.version()
        && !builtIn.hash().equals(profile.hash())) {
      throw Problem.invalid(
          ("%s: version: %d is the version of the built-in settings of %s; give other settings"
                  + " another version, such as %d")
              .formatted(file, profile.version(), profile.name(), 100 + profile.version()));
    }
  }

  private static void checkModels(Map<String, Profile> all) {
    var owners = new HashMap<String, String>();
    for (var profile : all.values()) {
      for (var prefix : profile.models()) {
        var other = owners.putIfAbsent(prefix, profile.name());
        if (other != null) {
          throw Problem.invalid(
              "profiles: models: \"%s\" is in %s and in %s"
                  .formatted(prefix, other, profile.name()));
        }
      }
    }
    if (!owners.containsKey(Profile.ANY)) {
      throw Problem.invalid(
          "profiles: models: no profile has \"%s\", which stands for all other models"
              .formatted(Profile.ANY));
    }
  }

  private static void checkTests(Map<String, Profile> all) {
    for (var profile : all.values()) {
      profile
          .ab()
          .filter(test -> test.with().equals(profile.name()) || !all.containsKey(test.with()))
          .ifPresent(
              test -> {
                throw Problem.invalid(
                    "profiles/%s.yaml: ab.with: \"%s\" is not another profile"
                        .formatted(profile.name(), test.with()));
              });
    }
  }
}
