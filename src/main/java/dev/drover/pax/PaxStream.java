package dev.drover.pax;

import dev.drover.base.BlockStream;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.util.ArrayDeque;
import java.util.Iterator;
import java.util.Queue;

/// An archive that is made while it is read. Files are opened one at a time. Not safe for
/// concurrent use.
public final class PaxStream extends BlockStream {
  /// Opens the content of a file.
  @FunctionalInterface
  public interface Source {
    InputStream open() throws IOException;
  }

  /// An entry of the archive.
  ///
  /// @param source of the content; not used for other kinds than files
  public record Item(PaxEntry entry, Source source) {
    /// An entry without a content.
    public Item(PaxEntry entry) {
      this(entry, InputStream::nullInputStream);
    }
  }

  private final Iterator<Item> items;
  private final Queue<Source> parts = new ArrayDeque<>();
  private InputStream part = InputStream.nullInputStream();
  private boolean ended;

  public PaxStream(Iterator<Item> items) {
    this.items = items;
  }

  /// @throws IOException also if a file is shorter or longer than its entry says
  @Override
  public int read(byte[] bytes, int offset, int length) throws IOException {
    if (length == 0) {
      return 0;
    }
    while (true) {
      int n = part.read(bytes, offset, length);
      if (n > 0) {
        return n;
      }
      part.close();
      if (parts.isEmpty() && !more()) {
        return -1;
      }
      part = parts.remove().open();
    }
  }

  /// Adds the parts of the next entry, or the end.
  private boolean more() {
    if (ended) {
      return false;
    }
    if (!items.hasNext()) {
      ended = true;
      parts.add(() -> new ByteArrayInputStream(PaxHeaders.end()));
      return true;
    }
    var item = items.next();
    var entry = item.entry();
    parts.add(() -> new ByteArrayInputStream(PaxHeaders.of(entry)));
    if (entry.kind() == PaxEntry.Kind.FILE) {
      parts.add(() -> new Exact(item.source().open(), entry));
      parts.add(() -> new ByteArrayInputStream(PaxHeaders.padding(entry.size())));
    }
    return true;
  }

  @Override
  public void close() throws IOException {
    ended = true;
    parts.clear();
    part.close();
  }

  /// A content of exactly the announced size.
  private static final class Exact extends BlockStream {
    private final InputStream in;
    private final PaxEntry entry;
    private long left;

    Exact(InputStream in, PaxEntry entry) {
      this.in = in;
      this.entry = entry;
      left = entry.size();
    }

    @Override
    public int read(byte[] bytes, int offset, int length) throws IOException {
      if (left == 0) {
        if (in.read() >= 0) {
          throw changed();
        }
        return -1;
      }
      int n = in.read(bytes, offset, (int) Math.min(length, left));
      if (n < 0) {
        throw changed();
      }
      left -= n;
      return n;
    }

    private IOException changed() {
      return new IOException(entry.path() + " changed while it was read");
    }

    @Override
    public void close() throws IOException {
      in.close();
    }
  }
}
