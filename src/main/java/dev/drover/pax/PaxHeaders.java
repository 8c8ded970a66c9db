package dev.drover.pax;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.Locale;

/// The bytes of an archive around the contents of its files.
public final class PaxHeaders {
  static final int BLOCK = 512;
  private static final int NAME = 100;
  private static final long LARGEST_OCTAL = 077777777777L;

  private PaxHeaders() {}

  /// The bytes before the content of an entry.
  public static byte[] of(PaxEntry entry) {
    var out = new ByteArrayOutputStream();
    var records = records(entry);
    if (records.length > 0) {
      out.writeBytes(header('x', "pax", 0644, records.length, 0, ""));
      out.writeBytes(records);
      out.writeBytes(padding(records.length));
    }
    var name = entry.path().isEmpty() ? "." : entry.path();
    out.writeBytes(
        header(
            entry.kind().type(),
            name,
            entry.mode(),
            entry.size(),
            entry.modified().getEpochSecond(),
            entry.link()));
    return out.toByteArray();
  }

  /// The bytes after a content of `size` bytes.
  public static byte[] padding(long size) {
    return new byte[(int) (-size & (BLOCK - 1))];
  }

  /// The bytes at the end of an archive.
  public static byte[] end() {
    return new byte[2 * BLOCK];
  }

  private static byte[] records(PaxEntry entry) {
    var records = new ByteArrayOutputStream();
    if (!isShort(entry.path())) {
      record(records, "path", entry.path());
    }
    if (!isShort(entry.link())) {
      record(records, "linkpath", entry.link());
    }
    if (entry.size() > LARGEST_OCTAL) {
      record(records, "size", Long.toString(entry.size()));
    }
    var modified = entry.modified();
    if (modified.getNano() != 0
        || modified.getEpochSecond() < 0
        || modified.getEpochSecond() > LARGEST_OCTAL) {
      record(records, "mtime", time(modified.getEpochSecond(), modified.getNano()));
    }
    return records.toByteArray();
  }

  /// A time as a decimal fraction: -0.5 s is second -1 and 500,000,000 ns.
  private static String time(long seconds, int nanos) {
    boolean before = seconds < 0 && nanos > 0;
    long whole = before ? seconds + 1 : seconds;
    int part = before ? 1_000_000_000 - nanos : nanos;
    return (before && whole == 0 ? "-" : "")
        + whole
        + (part == 0 ? "" : String.format(Locale.ROOT, ".%09d", part));
  }

  private static boolean isShort(String text) {
    return text.length() <= NAME && text.chars().allMatch(c -> c < 0x80);
  }

  /// A record begins with its own length, whose digits count.
  private static void record(ByteArrayOutputStream out, String key, String value) {
    int rest = (" " + key + "=" + value + "\n").getBytes(StandardCharsets.UTF_8).length;
    int length = rest + Integer.toString(rest).length();
    if (Integer.toString(length).length() > Integer.toString(rest).length()) {
      length++;
    }
    out.writeBytes((length + " " + key + "=" + value + "\n").getBytes(StandardCharsets.UTF_8));
  }

  private static byte[] header(
      char type, String name, int mode, long size, long seconds, String link) {
    var block = new byte[BLOCK];
    text(block, 0, NAME, name);
    octal(block, 100, 8, mode);
    octal(block, 108, 8, 0);
    octal(block, 116, 8, 0);
    octal(block, 124, 12, Math.min(size, LARGEST_OCTAL));
    octal(block, 136, 12, Math.clamp(seconds, 0, LARGEST_OCTAL));
    block[156] = (byte) type;
    text(block, 157, NAME, link);
    text(block, 257, 8, "ustar\00000");
    text(block, 148, 8, "        ");
    int sum = 0;
    for (byte b : block) {
      sum += b & 0xff;
    }
    octal(block, 148, 7, sum);
    return block;
  }

  private static void text(byte[] block, int at, int most, String text) {
    var bytes = text.getBytes(StandardCharsets.UTF_8);
    System.arraycopy(bytes, 0, block, at, Math.min(bytes.length, most));
  }

  private static void octal(byte[] block, int at, int width, long value) {
    text(block, at, width, String.format(Locale.ROOT, "%0" + (width - 1) + "o\0", value));
  }
}
