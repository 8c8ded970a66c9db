package dev.drover.skills;

import dev.drover.base.BlockStream;
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
import java.util.Optional;
import java.util.zip.CRC32;
import java.util.zip.ZipEntry;
import org.apache.commons.compress.archivers.zip.UnicodePathExtraField;
import org.apache.commons.compress.archivers.zip.ZipArchiveEntry;
import org.apache.commons.compress.archivers.zip.ZipFile;

/// A zip archive from outside. Nothing that it says is believed: not its sizes, names or checksums.
/// Not safe for concurrent use.
final class SkillZip implements AutoCloseable {
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
    DirectoryLimits.check(channel);
    try {
      return new SkillZip(
          ZipFile.builder()
              .setSeekableByteChannel(channel)
              .setCharset(StandardCharsets.UTF_8)
              .setIgnoreLocalFileHeader(true) // many entries may share a large one
              .get());
    } catch (IOException | RuntimeException e) {
      throw Problem.invalid("files: is not a valid zip archive");
    }
  }

  /// Its files and directories, in the order of its directory.
  ///
  /// @throws Problem `INVALID_REQUEST` if an entry is not allowed
  List<SkillEntry> entries(EntryNames names) {
    var found = new ArrayList<SkillEntry>();
    for (var entry : Collections.list(zip.getEntries())) {
      var name = name(entry);
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
        found.add(SkillEntry.directory(path));
        continue;
      }
      check(entry, path);
      names.addFile(path);
      boolean executable = (mode & ANY_EXECUTE) != 0;
      found.add(
          SkillEntry.file(path, executable, entry.getCompressedSize(), () -> open(entry, path)));
    }
    return found;
  }

  private static String name(ZipArchiveEntry entry) {
    var raw = nameInExtraField(entry).orElse(entry.getRawName());
    if (raw.length == 0) {
      throw EntryPath.refused("", "has no name");
    }
    try {
      return StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(raw)).toString();
    } catch (CharacterCodingException _) {
      throw EntryPath.refused(entry.getName(), "has a name that is not UTF-8");
    }
  }

  /// The name in UTF-8 that some programs add to one in another character set.
  private static Optional<byte[]> nameInExtraField(ZipArchiveEntry entry) {
    if (entry.getGeneralPurposeBit().usesUTF8ForNames()
        || !(entry.getExtraField(UnicodePathExtraField.UPATH_ID)
            instanceof UnicodePathExtraField field)) {
      return Optional.empty();
    }
    var sum = new CRC32();
    sum.update(entry.getRawName());
    return field.getNameCRC32() == sum.getValue()
        ? Optional.ofNullable(field.getUnicodeName())
        : Optional.empty();
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
  private static final class Checked extends BlockStream {
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
