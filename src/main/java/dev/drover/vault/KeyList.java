package dev.drover.vault;

import java.util.Arrays;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import javax.crypto.SecretKey;
import javax.crypto.spec.SecretKeySpec;
import org.jspecify.annotations.Nullable;

/// Keys in a text: one `ID:KEY` after the other, with white space or commas between them. An id has
/// up to 32 letters, digits, `-` and `_`; a key has 32 bytes, in Base64. The last one is the
/// current one.
final class KeyList {
  private static final Pattern ENTRY = Pattern.compile("([A-Za-z0-9_-]{1,32}):([A-Za-z0-9+/=_-]+)");

  private final Map<String, SecretKey> keys = new LinkedHashMap<>();
  private final String current;

  /// @throws IllegalArgumentException that says what is wrong, without a key
  KeyList(String text) {
    var last = "";
    for (var entry : entries(text)) {
      var parts = ENTRY.matcher(entry);
      if (!parts.matches()) {
        throw new IllegalArgumentException("each key must be ID:KEY, with the key in Base64");
      }
      last = parts.group(1);
      if (keys.put(last, key(last, parts.group(2))) != null) {
        throw new IllegalArgumentException("there are two keys with the id " + last);
      }
    }
    if (keys.isEmpty()) {
      throw new IllegalArgumentException("there is no key");
    }
    current = last;
  }

  private static List<String> entries(String text) {
    return Arrays.stream(text.split("[\\s,]+", -1)).filter(entry -> !entry.isEmpty()).toList();
  }

  private static SecretKey key(String id, String text) {
    var bytes = new byte[0];
    try {
      bytes = Base64.getDecoder().decode(text.replace('-', '+').replace('_', '/'));
      if (bytes.length == AesGcm.KEY) {
        return new SecretKeySpec(bytes, "AES");
      }
    } catch (IllegalArgumentException _) {
      // the message follows
    } finally {
      Arrays.fill(bytes, (byte) 0);
    }
    throw new IllegalArgumentException("the key " + id + " must be 32 bytes in Base64");
  }

  /// The text of a list with one key.
  static String of(String id, byte[] key) {
    return id + ":" + Base64.getEncoder().encodeToString(key) + "\n";
  }

  String current() {
    return current;
  }

  /// The key with an id; null if there is none.
  @Nullable SecretKey get(String id) {
    return keys.get(id);
  }
}
