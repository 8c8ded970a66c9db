package dev.drover.profile;

import dev.drover.base.Json;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Objects;
import java.util.SequencedMap;

/// The profiles that every server has.
final class BuiltInProfiles {
  /// The profile with whose settings all others begin.
  static final String DEFAULT = "default";

  private static final List<String> NAMES = List.of(DEFAULT, "claude", "rehearsal");
  private static final SequencedMap<String, ProfileReader.Read> READ = read();

  /// By name.
  static final SequencedMap<String, Profile> ALL = profiles();

  private BuiltInProfiles() {}

  /// What holds for a profile where its file says nothing: for one that is built in, everything
  /// that it has; for others, the settings of [#DEFAULT].
  static Json.Obj base(String name) {
    var read = READ.get(name);
    return read == null ? settings() : read.content();
  }

  private static Json.Obj settings() {
    return ProfileReader.settingsOf(Objects.requireNonNull(READ.get(DEFAULT)).content());
  }

  private static SequencedMap<String, ProfileReader.Read> read() {
    var read = new LinkedHashMap<String, ProfileReader.Read>();
    var base = Json.EMPTY;
    for (var name : NAMES) {
      var one = ProfileReader.read(name + ".yaml", text(name), base);
      read.put(name, one);
      base = name.equals(DEFAULT) ? ProfileReader.settingsOf(one.content()) : base;
    }
    return Collections.unmodifiableSequencedMap(read);
  }

  private static SequencedMap<String, Profile> profiles() {
    var profiles = new LinkedHashMap<String, Profile>();
    READ.forEach((name, read) -> profiles.put(name, read.profile()));
    return Collections.unmodifiableSequencedMap(profiles);
  }

  private static String text(String name) {
    try (var in = BuiltInProfiles.class.getResourceAsStream(name + ".yaml")) {
      return new String(Objects.requireNonNull(in, name).readAllBytes(), StandardCharsets.UTF_8);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
