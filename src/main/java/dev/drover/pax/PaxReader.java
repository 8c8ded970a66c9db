package dev.drover.pax;

import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// Reads an archive in the pax format, which is not trusted. Only files, directories, symbolic
/// links and hard links to earlier entries are allowed, under relative paths without `..`; anything
/// else is a [PaxRefused]. Entries whose names are not UTF-8 are left out and counted. Not safe for
/// concurrent use.
public final class PaxReader implements AutoCloseable {
  private static final int MAX_RANGES = 1 << 16;

  /// The maximum number of extended headers before an entry. Common programs write at most two.
  private static final int MAX_EXTENDED = 8;

  private final InputStream in;
  private PaxContent content = new PaxContent(InputStream.nullInputStream(), List.of(), 0);
  private long padding;
  private long unnamed;

  public PaxReader(InputStream in) {
    this.in = new BufferedInputStream(in, 1 << 16);
  }

  /// The next entry; empty at the end of the archive. What was not read of the previous entry is
  /// skipped.
  public Optional<PaxEntry> next() throws IOException {
    while (true) {
      content.finish();
      whole((int) padding);
      padding = 0;
      content = new PaxContent(in, List.of(), 0);
      var records = new PaxRecords();
      var header = header(records);
      if (header == null) {
        return Optional.empty();
      }
      var entry = entry(header, records);
      if (entry.isPresent()) {
        return entry;
      }
      unnamed++;
    }
  }

  /// The content of the entry that [#next] returned last.
  public PaxContent content() {
    return content;
  }

  /// The number of entries that were left out because their names are not UTF-8.
  public long unnamed() {
    return unnamed;
  }

  @Override
  public void close() throws IOException {
    in.close();
  }

  /// The header of the next entry, after its extended records; null at the end.
  private @Nullable PaxBlock header(PaxRecords records) throws IOException {
    for (int extended = 0; ; extended++) {
      var block = new PaxBlock(whole(PaxHeaders.BLOCK));
      if (block.isZero()) {
        return null;
      }
      block.check();
      char type = block.type();
      if (type != 'x' && type != 'g') {
        return block;
      }
      long size = block.number(124, 12);
      if (extended == MAX_EXTENDED) {
        throw new PaxRefused("the archive has too many extended headers");
      }
      if (size > PaxRecords.MAX_BYTES) {
        throw new PaxRefused("the archive has an extended header that is too long");
      }
      var bytes = whole((int) size);
      whole(PaxHeaders.padding(size).length);
      if (type == 'x') {
        records.read(bytes);
      } else {
        global(bytes);
      }
    }
  }

  /// Records for all entries may only be comments.
  private static void global(byte[] bytes) throws PaxRefused {
    var records = new PaxRecords();
    records.read(bytes);
    for (var key : List.of("path", "linkpath", "size", "mtime", "GNU.sparse.major")) {
      if (records.bytes(key) != null) {
        throw new PaxRefused("the archive has a global " + key);
      }
    }
  }

  private Optional<PaxEntry> entry(PaxBlock block, PaxRecords records) throws IOException {
    var kind =
        Arrays.stream(PaxEntry.Kind.values())
            .filter(one -> one.type() == block.type())
            .findFirst()
            .orElseThrow(
                () ->
                    new PaxRefused("the archive has an entry that is no file, directory or link"));
    long stored = records.number("size").orElse(block.number(124, 12));
    boolean sparse = records.bytes("GNU.sparse.major") != null;
    if (kind != PaxEntry.Kind.FILE && stored != 0) {
      throw new PaxRefused("the archive has a content for an entry that is no file");
    }
    long size = sparse ? sparse(records, stored) : plain(stored);
    var name = PaxRecords.name(first(records, "GNU.sparse.name", "path", block.name()));
    var link = PaxRecords.name(first(records, "linkpath", "linkpath", block.link()));
    if (name.isEmpty() || link.isEmpty()) {
      return Optional.empty();
    }
    var modified = records.time("mtime");
    return Optional.of(
        new PaxEntry(
            kind,
            path(name.get()),
            (int) (block.number(100, 8) & 0777),
            size,
            modified.isPresent() ? modified.get() : Instant.ofEpochSecond(block.number(136, 12)),
            switch (kind) {
              case HARD_LINK -> path(link.get());
              case SYMBOLIC_LINK -> target(link.get());
              case FILE, DIRECTORY -> "";
            }));
  }

  private static byte[] first(PaxRecords records, String key, String second, byte[] otherwise) {
    var bytes = records.bytes(key);
    return bytes != null ? bytes : Objects.requireNonNullElse(records.bytes(second), otherwise);
  }

  private long plain(long size) {
    content = new PaxContent(in, List.of(new PaxContent.Range(0, size)), size);
    padding = PaxHeaders.padding(size).length;
    return size;
  }

  /// The content begins with a map: decimal numbers, each on a line, in whole blocks.
  private long sparse(PaxRecords records, long stored) throws IOException {
    if (records.number("GNU.sparse.major").orElse(0L) != 1
        || records.number("GNU.sparse.minor").orElse(-1L) != 0) {
      throw new PaxRefused("the archive has a sparse file in an unknown format");
    }
    long size = records.number("GNU.sparse.realsize").orElse(-1L);
    var map = new SparseMap(in, stored);
    var ranges = new ArrayList<PaxContent.Range>();
    long n = map.number();
    long end = 0;
    long data = 0;
    for (long i = 0; i < n; i++) {
      var range = new PaxContent.Range(map.number(), map.number());
      if (n > MAX_RANGES || range.from() < end || range.to() > size || range.to() < range.from()) {
        throw new PaxRefused("the archive has a sparse file with an invalid map");
      }
      end = range.to();
      data += range.length();
      ranges.add(range);
    }
    map.end();
    if (size < 0 || data != stored - map.read()) {
      throw new PaxRefused("the archive has a sparse file with an invalid map");
    }
    content = new PaxContent(in, ranges, size);
    padding = PaxHeaders.padding(stored).length;
    return size;
  }

  private static String path(String name) throws PaxRefused {
    var path = name;
    while (path.startsWith("./")) {
      path = path.substring(2);
    }
    while (path.endsWith("/") && path.length() > 1) {
      path = path.substring(0, path.length() - 1);
    }
    if (path.equals(".")) {
      return "";
    }
    for (var segment : path.split("/", -1)) {
      if (segment.isEmpty() || segment.equals(".") || segment.equals("..")) {
        throw new PaxRefused("the archive has a path that is not allowed: " + name);
      }
    }
    return target(path);
  }

  private static String target(String text) throws PaxRefused {
    if (text.isEmpty() || text.indexOf('\0') >= 0) {
      throw new PaxRefused("the archive has a name that is not allowed: " + text);
    }
    return text;
  }

  private byte[] whole(int n) throws IOException {
    var bytes = in.readNBytes(n);
    if (bytes.length < n) {
      throw new PaxRefused("the archive ends too early");
    }
    return bytes;
  }
}
