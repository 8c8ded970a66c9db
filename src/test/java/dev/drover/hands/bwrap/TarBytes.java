package dev.drover.hands.bwrap;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/// Builds archives in the pax format block by block, also ones that no honest program writes.
final class TarBytes {
  private static final int BLOCK = 512;
  private static final int SUM = 148;
  private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();

  /// Adds a header without content.
  TarBytes head(char type, String path, String link, int mode, long size) {
    var head = new byte[BLOCK];
    put(head, 0, path);
    put(head, 100, "%07o".formatted(mode));
    put(head, 108, "0000000\0");
    put(head, 116, "0000000\0");
    put(head, 124, "%011o".formatted(size));
    put(head, 136, "00000000007");
    put(head, SUM, "        ");
    head[156] = (byte) type;
    put(head, 157, link);
    put(head, 257, "ustar\0" + "00");
    int sum = 0;
    for (byte one : head) {
      sum += one & 0xff;
    }
    put(head, SUM, "%06o\0".formatted(sum));
    bytes.writeBytes(head);
    return this;
  }

  TarBytes content(String text) {
    var content = text.getBytes(StandardCharsets.ISO_8859_1);
    bytes.writeBytes(Arrays.copyOf(content, (content.length + BLOCK - 1) / BLOCK * BLOCK));
    return this;
  }

  TarBytes file(String path, String text) {
    return head('0', path, "", 0644, text.length()).content(text);
  }

  TarBytes directory(String path, int mode) {
    return head('5', path, "", mode, 0);
  }

  TarBytes link(String path, String target) {
    return head('2', path, target, 0777, 0);
  }

  TarBytes hardLink(String path, String target) {
    return head('1', path, target, 0644, 0);
  }

  /// Adds the records of the next entry, each with its length.
  TarBytes records(String... records) {
    var all = new StringBuilder();
    for (var record : records) {
      int length = record.length() + 2;
      while (length != Integer.toString(length).length() + record.length() + 2) {
        length++;
      }
      all.append(length).append(' ').append(record).append('\n');
    }
    return rawRecords('x', all.toString());
  }

  /// Adds records as they are given.
  TarBytes rawRecords(char type, String records) {
    return head(type, "pax", "", 0644, records.length()).content(records);
  }

  /// The archive without its end.
  byte[] open() {
    return bytes.toByteArray();
  }

  byte[] ended() {
    return Arrays.copyOf(open(), bytes.size() + 2 * BLOCK);
  }

  private static void put(byte[] head, int at, String text) {
    var value = text.getBytes(StandardCharsets.ISO_8859_1);
    System.arraycopy(value, 0, head, at, value.length);
  }
}
