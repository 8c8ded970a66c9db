package dev.drover.gateway;

import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/// A packet of git's protocol. Its length precedes it, in four hexadecimal digits.
///
/// @see <a href="https://git-scm.com/docs/gitprotocol-v2">gitprotocol-v2</a>
sealed interface Packet {
  /// The number of digits of a length, which counts them, too.
  int DIGITS = 4;

  /// A line of text, without the line feed at its end.
  record Line(String text) implements Packet {}

  /// A packet without content.
  enum Mark implements Packet {
    FLUSH,
    DELIMITER,
    END
  }

  /// A packet with a line of text, as it is sent.
  static String line(String text) {
    return "%04x%s\n".formatted(text.length() + 1 + DIGITS, text);
  }

  /// The next packet; empty at the end of the stream.
  ///
  /// @throws IOException if there is no valid packet
  static Optional<Packet> read(InputStream in) throws IOException {
    var digits = in.readNBytes(DIGITS);
    if (digits.length == 0) {
      return Optional.empty();
    }
    if (digits.length < DIGITS) {
      throw new EOFException("a packet is cut off");
    }
    int length = 0;
    for (byte digit : digits) {
      length = length * 16 + value(digit);
    }
    Packet packet =
        switch (length) {
          case 0 -> Mark.FLUSH;
          case 1 -> Mark.DELIMITER;
          case 2 -> Mark.END;
          case 3 -> throw new IOException("the length of a packet is invalid");
          default -> line(in, length - DIGITS);
        };
    return Optional.of(packet);
  }

  /// The value of a digit of a length.
  static int value(byte digit) throws IOException {
    int value = Character.digit(digit & 0xff, 16);
    if (value < 0) {
      throw new IOException("the length of a packet is invalid");
    }
    return value;
  }

  private static Packet line(InputStream in, int length) throws IOException {
    var bytes = in.readNBytes(length);
    if (bytes.length < length) {
      throw new EOFException("a packet is cut off");
    }
    int end = length > 0 && bytes[length - 1] == '\n' ? length - 1 : length;
    return new Line(new String(bytes, 0, end, StandardCharsets.ISO_8859_1));
  }

  /// All packets up to the end of the stream.
  ///
  /// @throws IOException if they are not valid, or more than `most`
  static List<Packet> all(InputStream in, int most) throws IOException {
    var all = new ArrayList<Packet>();
    for (var next = read(in); next.isPresent(); next = read(in)) {
      if (all.size() == most) {
        throw new IOException("there are too many packets");
      }
      all.add(next.get());
    }
    return all;
  }
}
