package dev.drover.profile;

import dev.drover.session.ProfileUse;
import dev.drover.session.SessionId;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;

/// The model-specific part of the harness, as data. What one model needs can be useless to another.
///
/// @param name how files, sessions and figures refer to it
/// @param version what the settings are called; other settings need another one
/// @param models the beginnings of the ids of the models to which it applies; [#ANY] for all
/// @param ab another profile that some of its sessions have instead
public record Profile(
    String name, int version, List<String> models, ProfileSettings settings, Optional<AbTest> ab) {
  /// The entry of [#models] that stands for all models.
  static final String ANY = "*";

  public Profile {
    models = List.copyOf(models);
  }

  /// A comparison of two profiles.
  ///
  /// @param with the name of the other profile
  /// @param share of the sessions that have it, from 0 to 1
  public record AbTest(String with, double share) {
    /// Whether a session has the other profile. The same session always has the same one as long as
    /// the share does not change.
    ///
    /// @param of the name of the first profile
    boolean takes(SessionId session, String of) {
      var digest = sha256(of + "/" + session.value());
      double place = (ByteBuffer.wrap(digest).getLong() >>> 11) * 0x1.0p-53;
      return place < share;
    }
  }

  /// The SHA-256 of the settings, in hexadecimal. Models and A/B tests are no part of it: they say
  /// who has a profile, not what it does.
  public String hash() {
    return HexFormat.of().formatHex(sha256(settings.json().toString()));
  }

  /// The profile as a chapter records it.
  ///
  /// @param open what the server decides where the profile leaves it open
  public ProfileUse use(ProfileSettings.Open open) {
    return new ProfileUse(name, version, hash(), settings.decided(open).json());
  }

  private static byte[] sha256(String text) {
    try {
      return MessageDigest.getInstance("SHA-256").digest(text.getBytes(StandardCharsets.UTF_8));
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("this JDK has no SHA-256", e);
    }
  }
}
