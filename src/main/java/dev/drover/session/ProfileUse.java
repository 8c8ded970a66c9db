package dev.drover.session;

import dev.drover.base.Json;
import java.util.Optional;

/// The profile of a chapter, as the log records it: whatever happens to the file of the profile,
/// the chapter goes on as it began.
///
/// @param hash the SHA-256 of the settings of this version, in hexadecimal
/// @param settings every setting with its value
public record ProfileUse(String name, int version, String hash, Json.Obj settings) {
  /// The key under which the first request of a chapter that began without a profile records one.
  public static final String HIDDEN = "profile";

  /// The JSON form in the log.
  public Json.Obj json() {
    return Json.obj("name", name, "version", version, "hash", hash, "settings", settings);
  }

  /// Reads a value of [#json]; empty if it is something else.
  public static Optional<ProfileUse> read(Json.Obj json) {
    var name = json.text("name");
    var hash = json.text("hash");
    long version = json.number("version", 0);
    return name == null || hash == null || version < 1 || version > Integer.MAX_VALUE
        ? Optional.empty()
        : Optional.of(new ProfileUse(name, (int) version, hash, json.object("settings")));
  }

  /// `name@version`.
  public String label() {
    return name + "@" + version;
  }
}
