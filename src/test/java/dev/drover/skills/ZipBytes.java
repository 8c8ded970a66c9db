package dev.drover.skills;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.zip.CRC32;
import java.util.zip.Deflater;
import org.jspecify.annotations.Nullable;

/// Writes zip archives, also such as no honest program writes.
public final class ZipBytes {
  public static final int FILE = 0100644;
  public static final int SCRIPT = 0100755;
  public static final int DIRECTORY = 0040755;
  private static final int UTF_8_NAMES = 0x800;

  private final ByteArrayOutputStream out = new ByteArrayOutputStream();
  private final List<Entry> entries = new ArrayList<>();

  /// An entry as the archive describes it.
  ///
  /// @param at where its local header is
  @SuppressWarnings("ArrayRecordComponent") // never compared
  private record Entry(
      byte[] name, int mode, int method, int flags, long crc, long packed, long size, long at) {}

  /// A skill of one file with this directory and this content of its `SKILL.md`.
  public static ZipBytes skill(String name, String description) {
    return new ZipBytes().file(name + "/SKILL.md", manifest(name, description));
  }

  public static String manifest(String name, String description) {
    return "---\nname: " + name + "\ndescription: " + description + "\n---\n\n# Use it\n";
  }

  public ZipBytes file(String name, String content) {
    return file(name, FILE, content.getBytes(StandardCharsets.UTF_8));
  }

  public ZipBytes file(String name, int mode, byte[] content) {
    return entry(name.getBytes(StandardCharsets.UTF_8), mode, 8, UTF_8_NAMES, content, null);
  }

  public ZipBytes stored(String name, byte[] content) {
    return entry(name.getBytes(StandardCharsets.UTF_8), FILE, 0, UTF_8_NAMES, content, null);
  }

  /// @param size what the archive says of it; null: the truth
  ZipBytes entry(
      byte[] name, int mode, int method, int flags, byte[] content, @Nullable Long size) {
    var packed = method == 0 ? content : deflated(content);
    var crc = new CRC32();
    crc.update(content);
    long said = size == null ? content.length : size;
    var entry =
        new Entry(name, mode, method, flags, crc.getValue(), packed.length, said, out.size());
    out.writeBytes(local(entry));
    out.writeBytes(packed);
    entries.add(entry);
    return this;
  }

  /// Another entry over the content of the last one.
  ZipBytes again(String name) {
    var last = entries.getLast();
    entries.add(
        new Entry(
            name.getBytes(StandardCharsets.UTF_8),
            last.mode,
            last.method,
            last.flags,
            last.crc,
            last.packed,
            last.size,
            last.at));
    return this;
  }

  /// The last entry with another checksum.
  ZipBytes wrongSum() {
    var last = entries.removeLast();
    entries.add(
        new Entry(
            last.name,
            last.mode,
            last.method,
            last.flags,
            last.crc ^ 1,
            last.packed,
            last.size,
            last.at));
    return this;
  }

  public byte[] bytes() {
    long directory = out.size();
    var all = new ByteArrayOutputStream();
    all.writeBytes(out.toByteArray());
    entries.forEach(entry -> all.writeBytes(listed(entry)));
    long end = all.size();
    all.writeBytes(
        buffer(22)
            .putInt(0x06054b50)
            .putInt(0)
            .putShort((short) entries.size())
            .putShort((short) entries.size())
            .putInt((int) (end - directory))
            .putInt((int) directory)
            .putShort((short) 0)
            .array());
    return all.toByteArray();
  }

  private static byte[] local(Entry entry) {
    return common(buffer(30 + entry.name.length).putInt(0x04034b50).putShort((short) 20), entry)
        .put(entry.name)
        .array();
  }

  private static byte[] listed(Entry entry) {
    return common(
            buffer(46 + entry.name.length)
                .putInt(0x02014b50)
                .putShort((short) (3 << 8 | 20))
                .putShort((short) 20),
            entry)
        .putShort((short) 0)
        .putShort((short) 0)
        .putShort((short) 0)
        .putInt(entry.mode << 16)
        .putInt((int) entry.at)
        .put(entry.name)
        .array();
  }

  private static ByteBuffer common(ByteBuffer buffer, Entry entry) {
    return buffer
        .putShort((short) entry.flags)
        .putShort((short) entry.method)
        .putInt(0x21_0000) // some time
        .putInt((int) entry.crc)
        .putInt((int) entry.packed)
        .putInt((int) entry.size)
        .putShort((short) entry.name.length)
        .putShort((short) 0);
  }

  private static ByteBuffer buffer(int size) {
    return ByteBuffer.allocate(size).order(ByteOrder.LITTLE_ENDIAN);
  }

  private static byte[] deflated(byte[] content) {
    var deflater = new Deflater(9, true);
    try {
      deflater.setInput(content);
      deflater.finish();
      var out = new ByteArrayOutputStream();
      var block = new byte[64 * 1024];
      while (!deflater.finished()) {
        out.write(block, 0, deflater.deflate(block));
      }
      return out.toByteArray();
    } finally {
      deflater.end();
    }
  }
}
