package dev.drover.api;

import dev.drover.base.Secret;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.time.Duration;
import java.time.Instant;
import java.util.Base64;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import javax.crypto.Mac;
import javax.crypto.SecretKeyFactory;
import javax.crypto.spec.PBEKeySpec;
import javax.crypto.spec.SecretKeySpec;

/// The value of the console's cookie: it says for which API key a browser was logged in and when,
/// and is signed. The signature covers the hash of that key, and its secret is derived from the API
/// keys of the settings: every node with the same settings accepts it, none stores it, and neither
/// the database nor the cookie alone is enough to make another one. Safe for many threads.
final class ConsoleCookie {
  /// How long a cookie is valid without use.
  static final Duration IDLE = Duration.ofHours(12);

  /// How long after the login a cookie is valid at most.
  static final Duration WHOLE = Duration.ofDays(7);

  /// How old a cookie may be before it is replaced by a new one.
  static final Duration FRESH = Duration.ofMinutes(10);

  /// By how much the clocks of nodes may differ.
  private static final Duration SKEW = Duration.ofMinutes(1);

  private static final String MAC = "HmacSHA256";
  private static final int BITS = 256;

  /// Keys of the settings may be chosen by people. The cost of a guess is that of this derivation,
  /// which a server makes once, with the first cookie.
  private static final int ROUNDS = 100_000;

  private static final Pattern FORM =
      Pattern.compile("1\\.([0-9A-Za-z_]{1,64})\\.(\\d{1,12})\\.(\\d{1,12})\\.([0-9A-Za-z_-]{43})");

  private final Supplier<byte[]> secret;

  /// @param secret makes the secret of the signatures; called once, with the first cookie
  private ConsoleCookie(Supplier<byte[]> secret) {
    this.secret = new Once(secret);
  }

  /// Cookies that are signed with a secret of these keys.
  ///
  /// @param otherwise the secret if there are none: cookies are then valid on this node alone
  static ConsoleCookie of(List<Secret> keys, byte[] otherwise) {
    var all = keys.stream().map(Secret::reveal).sorted().collect(Collectors.joining("\n"));
    return new ConsoleCookie(() -> all.isEmpty() ? otherwise.clone() : derived(all));
  }

  private static byte[] derived(String keys) {
    var salt = "drover console cookie".getBytes(StandardCharsets.US_ASCII);
    var spec = new PBEKeySpec(keys.toCharArray(), salt, ROUNDS, BITS);
    try {
      return SecretKeyFactory.getInstance("PBKDF2WithHmacSHA256").generateSecret(spec).getEncoded();
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("every Java has PBKDF2WithHmacSHA256", e);
    } finally {
      spec.clearPassword();
    }
  }

  /// A value that is computed at its first use.
  private static final class Once implements Supplier<byte[]> {
    private final Supplier<byte[]> make;
    private byte[] made = new byte[0];

    Once(Supplier<byte[]> make) {
      this.make = make;
    }

    @Override
    public synchronized byte[] get() {
      if (made.length == 0) {
        made = make.get();
      }
      return made;
    }
  }

  /// What a cookie says. It is believed only after [#proves].
  ///
  /// @param reference the key, see [KeyProof]
  /// @param begun when the login was
  /// @param renewed when the cookie was made
  record Claim(String reference, Instant begun, Instant renewed, String signature) {
    /// When the cookie ends.
    Instant end() {
      var idle = renewed.plus(IDLE);
      var whole = begun.plus(WHOLE);
      return idle.isBefore(whole) ? idle : whole;
    }

    boolean holds(Instant now) {
      return now.isBefore(end()) && !renewed.isBefore(begun) && !renewed.isAfter(now.plus(SKEW));
    }

    boolean isFresh(Instant now) {
      return now.isBefore(renewed.plus(FRESH));
    }
  }

  /// The claim in a value that a client sent; empty if it has another form.
  static Optional<Claim> read(String value) {
    var form = FORM.matcher(value);
    return form.matches()
        ? Optional.of(
            new Claim(
                form.group(1),
                Instant.ofEpochSecond(Long.parseLong(form.group(2))),
                Instant.ofEpochSecond(Long.parseLong(form.group(3))),
                form.group(4)))
        : Optional.empty();
  }

  /// Whether this server, or another node, made the claim for the key.
  boolean proves(Claim claim, KeyProof key) {
    var right = signature(key, claim.begun(), claim.renewed());
    return MessageDigest.isEqual(
        right.getBytes(StandardCharsets.US_ASCII),
        claim.signature().getBytes(StandardCharsets.US_ASCII));
  }

  /// The value of a new cookie.
  ///
  /// @param begun when the login was
  String write(KeyProof key, Instant begun, Instant now) {
    return "1.%s.%d.%d.%s"
        .formatted(
            key.reference(),
            begun.getEpochSecond(),
            now.getEpochSecond(),
            signature(key, begun, now));
  }

  private String signature(KeyProof key, Instant begun, Instant renewed) {
    var text =
        "%s %s %d %d"
            .formatted(
                key.reference(), key.hash(), begun.getEpochSecond(), renewed.getEpochSecond());
    try {
      var mac = Mac.getInstance(MAC);
      mac.init(new SecretKeySpec(secret.get(), MAC));
      return Base64.getUrlEncoder()
          .withoutPadding()
          .encodeToString(mac.doFinal(text.getBytes(StandardCharsets.US_ASCII)));
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("every Java has " + MAC, e);
    }
  }
}
