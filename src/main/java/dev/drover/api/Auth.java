package dev.drover.api;

import dev.drover.access.KeyId;
import dev.drover.access.KeyText;
import dev.drover.base.Problem;
import dev.drover.desk.AccessDesk;
import dev.drover.desk.Caller;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.InstantSource;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// The authentication of callers. Keys are known by their hashes, and the time of a comparison does
/// not depend on the value sent. A key of a workspace is looked up in the store for every request,
/// so a key that any node revokes is refused by all from then on. Safe for many threads.
final class Auth {
  private static final String BEARER = "bearer ";

  private final List<Known> known;
  private final AccessDesk keys;
  private final InstantSource clock;

  /// A key of the settings.
  private static final class Known {
    private final byte[] hash;
    private final Caller caller;

    Known(AccessKey key) {
      hash = KeyText.sha256(key.secret().reveal());
      caller =
          new Caller(new KeyId(HexFormat.of().formatHex(hash, 0, 8)), key.workspace(), key.may());
    }
  }

  /// @param keys the keys of workspaces
  Auth(List<AccessKey> settings, AccessDesk keys, InstantSource clock) {
    known = settings.stream().map(Known::new).toList();
    this.keys = keys;
    this.clock = clock;
  }

  /// Admits the caller whose key is in one of these headers.
  ///
  /// @throws Problem `AUTHENTICATION`, the same for a missing and for a wrong key, and for one that
  ///   is revoked or has expired
  Grant admit(@Nullable String authorization, @Nullable String apiKey) {
    return grant(apiKey)
        .or(() -> grant(bearer(authorization)))
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

  private Optional<Grant> grant(@Nullable String sent) {
    return sent == null
        ? Optional.empty()
        : known(sent).or(() -> KeyText.of(sent).flatMap(this::stored));
  }

  private Optional<Grant> known(String sent) {
    var hash = KeyText.sha256(sent);
    Caller found = null;
    for (var one : known) {
      if (MessageDigest.isEqual(one.hash, hash)) {
        found = one.caller;
      }
    }
    return Optional.ofNullable(found).map(caller -> new Grant(caller, () -> true, clock));
  }

  private Optional<Grant> stored(KeyText sent) {
    var found = keys.accepted(sent);
    found.ifPresent(keys::use);
    return found.map(
        key ->
            new Grant(
                new Caller(key.id(), key.workspace(), key.scopes()),
                () -> keys.accepted(sent).isPresent(),
                clock));
  }

  static MessageDigest sha256() {
    try {
      return MessageDigest.getInstance("SHA-256");
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java has SHA-256", e);
    }
  }
}
