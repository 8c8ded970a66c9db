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
  private static final byte[] NO_EXTRA = {};

  private final ByteArrayOutputStream out = new ByteArrayOutputStream();
  private final List<Entry> entries = new ArrayList<>();

  /// An entry as the archive describes it.
  ///
  /// @param at where its local header is
  @SuppressWarnings("ArrayRecordComponent") // never compared
  private record Entry(
      byte[] name,
      int mode,
      int method,
      int flags,
      long crc,
      long packed,
      long size,
      byte[] extra,
      long at) {
    Entry named(String other) {
      var bytes = other.getBytes(StandardCharsets.UTF_8);
      return new Entry(bytes, mode, method, flags, crc, packed, size, extra, at);
    }

    Entry summed(long other) {
      return new Entry(name, mode, method, flags, other, packed, size, extra, at);
    }

    Entry sized(long packed, long size, byte[] extra) {
      return new Entry(name, mode, method, flags, crc, packed, size, extra, at);
    }

    Entry at(long other) {
      return new Entry(name, mode, method, flags, crc, packed, size, extra, other);
    }
  }

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
        new Entry(
            name, mode, method, flags, crc.getValue(), packed.length, said, NO_EXTRA, out.size());
    return add(entry, entry, packed, NO_EXTRA);
  }

  private ZipBytes add(Entry local, Entry listed, byte[] packed, byte[] after) {
    out.writeBytes(local(local));
    out.writeBytes(packed);
    out.writeBytes(after);
    entries.add(listed);
    return this;
  }

  /// A file whose name is not said to be UTF-8, with these extra fields in the directory.
  ZipBytes named(byte[] name, byte[] content, byte[] listed) {
    var entry = stored(content, "");
    var local =
        new Entry(name, FILE, 0, 0, entry.crc, entry.packed, entry.size, NO_EXTRA, out.size());
    return add(local, local.sized(local.packed, local.size, listed), content, NO_EXTRA);
  }

  /// A file with these extra fields before its content and in the directory.
  ZipBytes extra(String name, byte[] content, byte[] before, byte[] listed) {
    var entry = stored(content, name);
    return add(
        entry.sized(entry.packed, entry.size, before),
        entry.sized(entry.packed, entry.size, listed),
        content,
        NO_EXTRA);
  }

  private Entry stored(byte[] content, String name) {
    var crc = new CRC32();
    crc.update(content);
    long size = content.length;
    var bytes = name.getBytes(StandardCharsets.UTF_8);
    return new Entry(bytes, FILE, 0, UTF_8_NAMES, crc.getValue(), size, size, NO_EXTRA, out.size());
  }

  /// A file whose checksum and sizes follow its content, as programs write it that cannot go back.
  ZipBytes streamed(String name, byte[] content) {
    var crc = new CRC32();
    crc.update(content);
    var packed = deflated(content);
    var listed =
        new Entry(
            name.getBytes(StandardCharsets.UTF_8),
            FILE,
            8,
            UTF_8_NAMES | 8,
            crc.getValue(),
            packed.length,
            content.length,
            NO_EXTRA,
            out.size());
    var after =
        buffer(16)
            .putInt(0x08074b50)
            .putInt((int) listed.crc)
            .putInt(packed.length)
            .putInt(content.length)
            .array();
    return add(listed.summed(0).sized(0, 0, NO_EXTRA), listed, packed, after);
  }

  /// A file that is described as if it had more than 4 GB.
  ZipBytes zip64(String name, byte[] content) {
    var entry = stored(content, name);
    var sizes =
        buffer(20)
            .putShort((short) 1)
            .putShort((short) 16)
            .putLong(entry.size)
            .putLong(entry.packed)
            .array();
    var large = entry.sized(0xFFFF_FFFFL, 0xFFFF_FFFFL, sizes);
    return add(large, large, content, NO_EXTRA);
  }

  /// Another entry over the content of the last one.
  ZipBytes again(String name) {
    entries.add(entries.getLast().named(name));
    return this;
  }

  /// The last entry under another name than the one before its content.
  ZipBytes listedAs(String name) {
    entries.add(entries.removeLast().named(name));
    return this;
  }

  /// The last entry with another checksum.
  ZipBytes wrongSum() {
    var last = entries.removeLast();
    entries.add(last.summed(last.crc ^ 1));
    return this;
  }

  /// The last entry with its content at another place.
  ZipBytes misplaced(long at) {
    entries.add(entries.removeLast().at(at));
    return this;
  }

  /// The archive with a directory as if it had more than 65,535 entries.
  byte[] bytes64() {
    var all = new ByteArrayOutputStream();
    all.writeBytes(out.toByteArray());
    entries.forEach(entry -> all.writeBytes(listed(entry)));
    long end = all.size();
    all.writeBytes(
        buffer(56)
            .putInt(0x06064b50)
            .putLong(44)
            .putShort((short) 45)
            .putShort((short) 45)
            .putInt(0)
            .putInt(0)
            .putLong(entries.size())
            .putLong(entries.size())
            .putLong(end - out.size())
            .putLong(out.size())
            .array());
    all.writeBytes(buffer(20).putInt(0x07064b50).putInt(0).putLong(end).putInt(1).array());
    all.writeBytes(end(0xFFFF, 0xFFFF_FFFFL, 0xFFFF_FFFFL));
    return all.toByteArray();
  }

  public byte[] bytes() {
    long directory = out.size();
    var all = new ByteArrayOutputStream();
    all.writeBytes(out.toByteArray());
    entries.forEach(entry -> all.writeBytes(listed(entry)));
    long end = all.size();
    all.writeBytes(end(entries.size(), end - directory, directory));
    return all.toByteArray();
  }

  /// A form with the archive, between boundaries `b`.
  public byte[] form() {
    var all = new ByteArrayOutputStream();
    all.writeBytes(
        "--b\r\nContent-Disposition: form-data; name=\"files[]\"; filename=\"s.zip\"\r\n\r\n"
            .getBytes(StandardCharsets.UTF_8));
    all.writeBytes(bytes());
    all.writeBytes("\r\n--b--\r\n".getBytes(StandardCharsets.UTF_8));
    return all.toByteArray();
  }

  private static byte[] end(int count, long length, long at) {
    return buffer(22)
        .putInt(0x06054b50)
        .putInt(0)
        .putShort((short) count)
        .putShort((short) count)
        .putInt((int) length)
        .putInt((int) at)
        .putShort((short) 0)
        .array();
  }

  private static byte[] local(Entry entry) {
    var header = buffer(30 + entry.name.length + entry.extra.length);
    return common(header.putInt(0x04034b50).putShort((short) 20), entry)
        .put(entry.name)
        .put(entry.extra)
        .array();
  }

  private static byte[] listed(Entry entry) {
    return common(
            buffer(46 + entry.name.length + entry.extra.length)
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
        .put(entry.extra)
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
        .putShort((short) entry.extra.length);
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
