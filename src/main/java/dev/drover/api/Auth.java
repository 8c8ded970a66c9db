package dev.drover.api;

import dev.drover.base.Problem;
import dev.drover.base.Secret;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// Who may call. Keeps the keys' hashes, not the keys; comparing takes the same time whatever is
/// sent. Safe for many threads.
final class Auth {
  private static final String BEARER = "bearer ";

  private final List<byte[]> hashes;

  Auth(List<Secret> keys) {
    hashes = keys.stream().map(key -> sha256(key.reveal())).toList();
  }

  /// A name for the key that one of these headers carries: the same for the same key, and of no use
  /// to a thief.
  ///
  /// @throws Problem `AUTHENTICATION` for a missing and for a wrong key alike
  String keyId(@Nullable String authorization, @Nullable String apiKey) {
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

  private Optional<String> known(@Nullable String sent) {
    if (sent == null) {
      return Optional.empty();
    }
    var hash = sha256(sent);
    boolean found = false;
    for (var known : hashes) {
      found |= MessageDigest.isEqual(known, hash);
    }
    return found ? Optional.of(HexFormat.of().formatHex(hash, 0, 8)) : Optional.empty();
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
