package dev.drover.access;

import dev.drover.base.Ids;
import dev.drover.base.Secret;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.Optional;
import java.util.regex.Pattern;

/// The text of an API key: `drv_`, a prefix of 8 characters, `_`, and 43 characters (256 bits) that
/// cannot be guessed. The prefix finds the key and is shown; only the hash of the whole text is
/// stored. A plain hash is enough, because the text is random.
public final class KeyText {
  private static final String BEGIN = "drv_";
  private static final int PREFIX = 8;
  private static final int REST = 43;
  private static final Pattern FORM =
      Pattern.compile("(drv_[0-9A-Za-z]{%d})_[0-9A-Za-z]{%d}".formatted(PREFIX, REST));

  private final String prefix;
  private final Secret secret;

  private KeyText(String prefix, Secret secret) {
    this.prefix = prefix;
    this.secret = secret;
  }

  /// The text of a new key.
  ///
  /// @param ids over a generator that cannot be predicted
  public static KeyText fresh(Ids ids) {
    var prefix = BEGIN + ids.digits(PREFIX);
    return new KeyText(prefix, new Secret(prefix + "_" + ids.digits(REST)));
  }

  /// The text that a client sent; empty if it has another form.
  public static Optional<KeyText> of(String sent) {
    var form = FORM.matcher(sent);
    return form.matches()
        ? Optional.of(new KeyText(form.group(1), new Secret(sent)))
        : Optional.empty();
  }

  /// The beginning, which is no secret.
  public String prefix() {
    return prefix;
  }

  public Secret secret() {
    return secret;
  }

  /// The hash that is stored, in hexadecimal digits.
  public String hash() {
    return HexFormat.of().formatHex(sha256(secret.reveal()));
  }

  /// Whether this is the key with a stored hash. The time that this takes does not depend on where
  /// the hashes differ.
  public boolean matches(String stored) {
    return MessageDigest.isEqual(
        hash().getBytes(StandardCharsets.US_ASCII), stored.getBytes(StandardCharsets.US_ASCII));
  }

  /// The SHA-256 of a text.
  public static byte[] sha256(String text) {
    try {
      return MessageDigest.getInstance("SHA-256").digest(text.getBytes(StandardCharsets.UTF_8));
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java has SHA-256", e);
    }
  }
}
