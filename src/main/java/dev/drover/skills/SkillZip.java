package dev.drover.skills;

import dev.drover.base.Problem;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.zip.CRC32;
import java.util.zip.ZipEntry;
import org.apache.commons.compress.archivers.zip.ZipArchiveEntry;
import org.apache.commons.compress.archivers.zip.ZipArchiveEntry.NameSource;
import org.apache.commons.compress.archivers.zip.ZipFile;

/// A zip archive from outside. Nothing that it says is believed: not its sizes, names or checksums.
/// Not safe for concurrent use.
final class SkillZip implements AutoCloseable {
  /// The number of entries above which an archive is not even opened: its directory is read into
  /// memory.
  private static final int MAX_LISTED = 10_000;

  private static final int BLOCK = 64 * 1024;
  private static final int LISTED = 0x02014b50; // begins an entry of the directory
  private static final int TYPE = 0170000;
  private static final int FILE = 0100000;
  private static final int DIRECTORY = 0040000;
  private static final int ANY_EXECUTE = 0111;

  private final ZipFile zip;

  private SkillZip(ZipFile zip) {
    this.zip = zip;
  }

  /// Whether a content that begins with these bytes is meant to be a zip archive.
  static boolean begins(byte[] head) {
    return head.length >= 4 && head[0] == 'P' && head[1] == 'K' && head[2] == 3 && head[3] == 4;
  }

  /// @param channel the archive; closed with this
  /// @throws Problem `INVALID_REQUEST` if it is not a zip archive
  static SkillZip open(FileChannel channel) throws IOException {
    if (listed(channel) > MAX_LISTED) {
      throw PackedSkill.tooMany();
    }
    try {
      return new SkillZip(
          ZipFile.builder()
              .setSeekableByteChannel(channel)
              .setCharset(StandardCharsets.UTF_8)
              .setUseUnicodeExtraFields(true)
              .get());
    } catch (IOException | RuntimeException e) {
      throw Problem.invalid("files: is not a valid zip archive");
    }
  }

  /// How many entries its directory has, at most.
  private static int listed(FileChannel channel) throws IOException {
    var block = ByteBuffer.allocate(BLOCK);
    int last = 0;
    int found = 0;
    for (long at = 0; channel.read(block.clear(), at) > 0; at += block.limit()) {
      block.flip();
      while (block.hasRemaining()) {
        last = last >>> 8 | block.get() << 24; // the numbers of a zip archive are little-endian
        found += last == LISTED ? 1 : 0;
      }
    }
    return found;
  }

  /// Its files, in the order of its directory.
  ///
  /// @throws Problem `INVALID_REQUEST` if an entry is not allowed
  List<SkillEntry> entries(EntryNames names) {
    var files = new ArrayList<SkillEntry>();
    for (var entry : Collections.list(zip.getEntries())) {
      var name = entry.getName();
      if (name.isEmpty()) {
        throw EntryPath.refused(name, "has no name");
      }
      if (entry.getNameSource() != NameSource.UNICODE_EXTRA_FIELD && !isUtf8(entry.getRawName())) {
        throw EntryPath.refused(name, "has a name that is not UTF-8");
      }
      int mode = (int) (entry.getExternalAttributes() >>> 16) & 0xFFFF;
      int type = mode & TYPE;
      boolean directory = name.endsWith("/");
      if (type != 0 && type != (directory ? DIRECTORY : FILE)) {
        throw EntryPath.refused(name, "is neither a file nor a directory");
      }
      var path = EntryPath.of(name);
      if (path.isClutter()) {
        continue;
      }
      if (directory) {
        names.addDirectory(path);
        continue;
      }
      check(entry, path);
      names.addFile(path);
      boolean executable = (mode & ANY_EXECUTE) != 0;
      files.add(
          new SkillEntry(path, executable, entry.getCompressedSize(), () -> open(entry, path)));
    }
    return files;
  }

  private static boolean isUtf8(byte[] name) {
    try {
      StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(name));
      return true;
    } catch (CharacterCodingException _) {
      return false;
    }
  }

  private static void check(ZipArchiveEntry entry, EntryPath path) {
    if (entry.getGeneralPurposeBit().usesEncryption()) {
      throw path.refused("is encrypted");
    }
    if (entry.getMethod() != ZipEntry.STORED && entry.getMethod() != ZipEntry.DEFLATED) {
      throw path.refused("is compressed by a method other than deflate");
    }
  }

  private InputStream open(ZipArchiveEntry entry, EntryPath path) {
    try {
      return new Checked(zip.getInputStream(entry), entry, path);
    } catch (IOException | RuntimeException e) {
      throw damaged(path);
    }
  }

  private static Problem damaged(EntryPath path) {
    return path.refused("is damaged in the archive");
  }

  @Override
  public void close() throws IOException {
    zip.close();
  }

  /// A content that must have the size and the checksum of its entry.
  private static final class Checked extends InputStream {
    private final InputStream in;
    private final ZipArchiveEntry entry;
    private final EntryPath path;
    private final CRC32 sum = new CRC32();
    private long count;

    Checked(InputStream in, ZipArchiveEntry entry, EntryPath path) {
      this.in = in;
      this.entry = entry;
      this.path = path;
    }

    @Override
    public int read() throws IOException {
      var one = new byte[1];
      return read(one, 0, 1) < 0 ? -1 : one[0] & 0xFF;
    }

    @Override
    public int read(byte[] bytes, int from, int length) {
      int n;
      try {
        n = in.read(bytes, from, length);
      } catch (IOException | RuntimeException e) {
        throw damaged(path);
      }
      if (n > 0) {
        sum.update(bytes, from, n);
        count += n;
      }
      if (count > entry.getSize()
          || (n < 0 && (count != entry.getSize() || sum.getValue() != entry.getCrc()))) {
        throw damaged(path);
      }
      return n;
    }

    @Override
    public void close() throws IOException {
      in.close();
    }
  }
}
