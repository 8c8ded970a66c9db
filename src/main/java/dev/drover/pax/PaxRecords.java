package dev.drover.pax;

import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/// The extended records of one entry.
final class PaxRecords {
  static final int MAX_BYTES = 1 << 20;
  private static final Pattern TIME = Pattern.compile("(-?)(\\d{1,12})(?:\\.(\\d{1,20}))?");

  private final Map<String, byte[]> values = new HashMap<>();

  /// Adds records. A later one replaces an earlier one of the same key.
  void read(byte[] bytes) throws PaxRefused {
    int at = 0;
    while (at < bytes.length) {
      int blank = find(bytes, ' ', at, Math.min(bytes.length, at + 8));
      int length = 0;
      for (int i = at; i < blank; i++) {
        if (bytes[i] < '0' || bytes[i] > '9') {
          throw malformed();
        }
        length = length * 10 + (bytes[i] - '0');
      }
      int end = at + length;
      if (blank == at || end > bytes.length || end < blank + 3 || bytes[end - 1] != '\n') {
        throw malformed();
      }
      int equals = find(bytes, '=', blank + 1, end - 1);
      var key = new String(bytes, blank + 1, equals - blank - 1, StandardCharsets.UTF_8);
      values.put(key, Arrays.copyOfRange(bytes, equals + 1, end - 1));
      at = end;
    }
  }

  private static int find(byte[] bytes, char what, int from, int to) throws PaxRefused {
    for (int i = from; i < to; i++) {
      if (bytes[i] == what) {
        return i;
      }
    }
    throw malformed();
  }

  private static PaxRefused malformed() {
    return new PaxRefused("the archive has a malformed extended header");
  }

  byte @Nullable [] bytes(String key) {
    return values.get(key);
  }

  /// A number from 0.
  Optional<Long> number(String key) throws PaxRefused {
    var bytes = values.get(key);
    if (bytes == null) {
      return Optional.empty();
    }
    try {
      var text = ascii(bytes);
      if (text.matches("\\d{1,19}")) {
        return Optional.of(Long.parseLong(text));
      }
    } catch (NumberFormatException _) {
      // more than a long can hold
    }
    throw new PaxRefused("the archive has an invalid number for " + key);
  }

  Optional<Instant> time(String key) throws PaxRefused {
    var bytes = values.get(key);
    if (bytes == null) {
      return Optional.empty();
    }
    var parts = TIME.matcher(ascii(bytes));
    if (!parts.matches()) {
      throw new PaxRefused("the archive has an invalid time");
    }
    var fraction = parts.group(3) == null ? "" : parts.group(3);
    long nanos = Long.parseLong((fraction + "000000000").substring(0, 9));
    boolean before = parts.group(1).equals("-");
    long seconds = Long.parseLong(parts.group(2));
    return Optional.of(Instant.ofEpochSecond(before ? -seconds : seconds, before ? -nanos : nanos));
  }

  private static String ascii(byte[] bytes) {
    return new String(bytes, StandardCharsets.US_ASCII);
  }

  /// The text of a name; empty if it is not UTF-8.
  static Optional<String> name(byte[] bytes) {
    try {
      return Optional.of(
          StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(bytes)).toString());
    } catch (CharacterCodingException _) {
      return Optional.empty();
    }
  }
}
