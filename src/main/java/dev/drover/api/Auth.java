package dev.drover.api;

import dev.drover.access.AccessStore;
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
import java.util.function.Predicate;
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
    private final KeyProof proof;
    private final Caller caller;

    Known(AccessKey key) {
      hash = KeyText.sha256(key.secret().reveal());
      var id = HexFormat.of().formatHex(hash, 0, 8);
      proof = KeyProof.of(id, hash);
      caller = new Caller(new KeyId(id), key.workspace(), key.may());
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
    return admitted(apiKey).or(() -> admitted(bearer(authorization))).orElseThrow(Auth::failed);
  }

  /// The refusal of a caller.
  static Problem failed() {
    return new Problem(Problem.Kind.AUTHENTICATION, null, "Authentication failed", null);
  }

  /// Admits the caller who has this key; empty if it is not accepted.
  Optional<Grant> admitted(@Nullable String sent) {
    return sent == null
        ? Optional.empty()
        : known(sent).or(() -> KeyText.of(sent).flatMap(this::stored));
  }

  /// Admits a caller who does not send the key itself.
  ///
  /// @param reference finds the key, see [KeyProof]
  /// @param proves whether the caller has proved to act for the key with this hash; called for a
  ///   key that is accepted now, and again as long as the caller is served
  Optional<Grant> admitted(String reference, Predicate<KeyProof> proves) {
    for (var one : known) {
      if (one.proof.reference().equals(reference)) {
        return proves.test(one.proof)
            ? Optional.of(new Grant(one.caller, one.proof, () -> true, clock))
            : Optional.empty();
      }
    }
    return stored(reference, proves);
  }

  private Optional<Grant> known(String sent) {
    var hash = KeyText.sha256(sent);
    Known found = null;
    for (var one : known) {
      if (MessageDigest.isEqual(one.hash, hash)) {
        found = one;
      }
    }
    return Optional.ofNullable(found)
        .map(one -> new Grant(one.caller, one.proof, () -> true, clock));
  }

  private Optional<Grant> stored(KeyText sent) {
    return stored(sent.prefix(), stored -> sent.matches(stored.hash()));
  }

  private Optional<Grant> stored(String prefix, Predicate<KeyProof> proves) {
    var found = proved(prefix, proves);
    found.map(AccessStore.Stored::key).ifPresent(keys::use);
    return found.map(
        stored -> {
          var key = stored.key();
          return new Grant(
              new Caller(key.id(), key.workspace(), key.scopes()),
              new KeyProof(prefix, stored.hash()),
              () -> proved(prefix, proves).isPresent(),
              clock);
        });
  }

  private Optional<AccessStore.Stored> proved(String prefix, Predicate<KeyProof> proves) {
    return keys.usable(prefix).filter(stored -> proves.test(new KeyProof(prefix, stored.hash())));
  }

  private static @Nullable String bearer(@Nullable String authorization) {
    return authorization != null
            && authorization.length() > BEARER.length()
            && authorization.substring(0, BEARER.length()).toLowerCase(Locale.ROOT).equals(BEARER)
        ? authorization.substring(BEARER.length()).strip()
        : null;
  }

  static MessageDigest sha256() {
    try {
      return MessageDigest.getInstance("SHA-256");
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java has SHA-256", e);
    }
  }
}
