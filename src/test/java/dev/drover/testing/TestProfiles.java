package dev.drover.testing;

import dev.drover.profile.ProfileFiles;
import dev.drover.profile.Profiles;
import dev.drover.profile.Strategy;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;

/// Profiles that differ from the built-in ones.
public final class TestProfiles {
  private static final Map<Strategy, Profiles> BY_STRATEGY = new ConcurrentHashMap<>();

  private TestProfiles() {}

  /// The built-in profiles, with other settings for Claude models, under version 5.
  ///
  /// @param settings in YAML, such as `strategy: full, keep: {tokens: 5}`
  public static Profiles claude(String settings) {
    return with("claude", settings);
  }

  /// The built-in profiles, with another strategy for Claude models.
  public static Profiles claude(Strategy strategy) {
    return BY_STRATEGY.computeIfAbsent(
        strategy, one -> claude("strategy: " + one.name().toLowerCase(Locale.ROOT)));
  }

  /// The built-in profiles, and one of the operator, under version 5.
  public static Profiles with(String name, String settings) {
    try {
      var directory = Files.createTempDirectory("profiles");
      var file = directory.resolve(name + ".yaml");
      Files.writeString(file, "{name: " + name + ", version: 5, " + settings + "}");
      try {
        return new ProfileFiles(directory, Optional.empty()).load();
      } finally {
        Files.delete(file);
        Files.delete(directory);
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
