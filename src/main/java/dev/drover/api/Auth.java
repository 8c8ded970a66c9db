package dev.drover.api;

import dev.drover.access.KeyId;
import dev.drover.base.Problem;
import dev.drover.desk.Caller;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// The authentication of callers. It keeps hashes of the keys instead of the keys, and the time of
/// a comparison does not depend on the value sent. Safe for many threads.
final class Auth {
  private static final String BEARER = "bearer ";

  private final List<Known> known;

  private static final class Known {
    private final byte[] hash;
    private final Caller caller;

    Known(AccessKey key) {
      hash = sha256(key.secret().reveal());
      caller =
          new Caller(new KeyId(HexFormat.of().formatHex(hash, 0, 8)), key.workspace(), key.may());
    }
  }

  Auth(List<AccessKey> keys) {
    known = keys.stream().map(Known::new).toList();
  }

  /// Returns the caller whose key is in one of these headers.
  ///
  /// @throws Problem `AUTHENTICATION`, the same for a missing and for a wrong key
  Caller caller(@Nullable String authorization, @Nullable String apiKey) {
    return known(apiKey)
        .or(() -> known(bearer(authorization)))
        .orElseThrow(
            () -> new Problem(Problem.Kind.AUTHENTICATION, null, "Authentication failed", null));
  }

  private static @Nullable String bearer(@Nullable String authorization) {
    return authorization != null
            && authorization.length() > BEARER.length()
            && authorization.substring(0, BEARER.length()).toLowerCase(Locale.ROOT).equals(BEARER)
        ? authorization.substring(BEARER.length()).strip()
        : null;
  }

  private Optional<Caller> known(@Nullable String sent) {
    if (sent == null) {
      return Optional.empty();
    }
    var hash = sha256(sent);
    Caller found = null;
    for (var one : known) {
      if (MessageDigest.isEqual(one.hash, hash)) {
        found = one.caller;
      }
    }
    return Optional.ofNullable(found);
  }

  private static byte[] sha256(String text) {
    return sha256().digest(text.getBytes(StandardCharsets.UTF_8));
  }

  static MessageDigest sha256() {
    try {
      return MessageDigest.getInstance("SHA-256");
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java has SHA-256", e);
    }
  }
}
