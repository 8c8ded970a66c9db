package dev.drover.hands;

import java.io.IOException;
import java.io.InterruptedIOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// The records that an operation on files answers with. One thread.
final class Records {
  private static final int MOST = 1 << 17; // bytes of one record

  private static final byte DATA = 'D';
  private static final byte ENTRY = 'E';
  private static final byte LISTING = 'L';
  private static final byte STAMP = 'S';
  private static final byte PACKED = 'P';
  private static final byte FILE = 'F';
  private static final byte END = 'X';

  private static final int FINE = 0;
  private static final int UNCHANGED = 8;

  private final Transfer transfer;
  private byte kind;
  private ByteBuffer body = ByteBuffer.allocate(0);

  Records(Transfer transfer) {
    this.transfer = transfer;
  }

  private void next() throws IOException, InterruptedException {
    var head = new byte[5];
    transfer.fill(head);
    kind = head[0];
    int length = ByteBuffer.wrap(head).getInt(1);
    if (length < 0 || length > MOST) {
      throw new Frame.Violation("a record of " + Integer.toUnsignedString(length) + " bytes");
    }
    var bytes = new byte[length];
    transfer.fill(bytes);
    body = ByteBuffer.wrap(bytes);
  }

  /// The outcome in the record that ends the operation, or one of its files.
  private int outcome() throws IOException {
    if ((kind != END && kind != FILE) || !body.hasRemaining()) {
      throw new Frame.Violation("a record of the unknown kind " + kind);
    }
    int outcome = body.get();
    var whys = HandFiles.Why.values();
    if (outcome > FINE && outcome <= whys.length) {
      throw new HandFiles.Refused(
          whys[outcome - 1], StandardCharsets.UTF_8.decode(body).toString());
    }
    return outcome;
  }

  private void end(byte ending) throws IOException, InterruptedException {
    next();
    if (outcome() != FINE || kind != ending) {
      throw new Frame.Violation("an end that cannot be");
    }
  }

  /// The records of an archive.
  PackedTree packed(OutputStream to) throws IOException, InterruptedException {
    for (next(); kind == DATA; next()) {
      to.write(body.array(), body.position(), body.remaining());
    }
    if (kind != PACKED) {
      throw wrong();
    }
    var numbers = StandardCharsets.US_ASCII.decode(body).toString();
    end(END);
    try {
      return PackedTree.parse(numbers);
    } catch (IllegalArgumentException e) {
      throw (Frame.Violation) new Frame.Violation("numbers that cannot be").initCause(e);
    }
  }

  /// The only record of an operation that answers nothing.
  void nothing() throws IOException, InterruptedException {
    end(END);
  }

  /// The only record but the end.
  FileStamp stampAlone() throws IOException, InterruptedException {
    var stamp = stamp();
    end(END);
    return stamp;
  }

  private FileStamp stamp() throws IOException, InterruptedException {
    next();
    if (kind != STAMP || body.remaining() != FileStamp.BYTES) {
      throw wrong();
    }
    return FileStamp.read(body);
  }

  private IOException wrong() throws IOException {
    outcome();
    return new Frame.Violation("a record that was not asked for");
  }

  /// @param most the number of entries, beyond which the hand does not follow the protocol
  Optional<HandTree> tree(int most) throws IOException, InterruptedException {
    next();
    if (kind == END && outcome() == UNCHANGED) {
      return Optional.empty();
    }
    if (kind != LISTING || body.remaining() != 17) {
      throw wrong();
    }
    var cookie = new HandTree.Cookie(body.getLong(), body.getLong());
    boolean isCut = body.get() != 0;
    var entries = new ArrayList<HandTree.Entry>();
    for (next(); kind == ENTRY; next()) {
      if (body.remaining() <= FileStamp.BYTES + 1 || entries.size() == most) {
        throw new Frame.Violation("an entry that cannot be");
      }
      var stamp = FileStamp.read(body);
      boolean isClosed = body.get() != 0;
      var path = HandPath.of(body.array(), body.position(), body.remaining());
      entries.add(new HandTree.Entry(path, stamp, isClosed));
    }
    if (outcome() != FINE) {
      throw new Frame.Violation("an end that cannot be");
    }
    return Optional.of(new HandTree(cookie, entries, isCut));
  }

  /// The only file of an operation.
  ///
  /// @param onClose runs when the stream is closed
  HandFiles.Content content(Runnable onClose) throws IOException, InterruptedException {
    return new FileContent(stamp(), END, onClose);
  }

  /// The files of an operation.
  ///
  /// @param onClose runs at the end
  HandFiles.Contents contents(Runnable onClose) {
    return new HandFiles.Contents() {
      private @Nullable FileContent open;

      @Override
      public HandFiles.Content next() throws IOException, InterruptedException {
        if (open != null) {
          open.skip();
          open = null;
        }
        open = new FileContent(stamp(), FILE, () -> {});
        return open;
      }

      @Override
      public void close() {
        onClose.run();
      }
    };
  }

  private final class FileContent extends HandFiles.Content {
    private final FileStamp stamp;
    private final byte ending;
    private final Runnable onClose;
    private long left;
    private boolean ended;

    /// @param ending the kind of the record at the end of the file
    FileContent(FileStamp stamp, byte ending, Runnable onClose) {
      this.stamp = stamp;
      this.ending = ending;
      this.onClose = onClose;
      left = stamp.size();
    }

    @Override
    public FileStamp stamp() {
      return stamp;
    }

    @Override
    public int read(byte[] bytes, int at, int count) throws IOException {
      if (count == 0) {
        return 0;
      }
      try {
        if (left == 0 && !ended) {
          ended = true;
          end(ending);
        }
        return left == 0 || ended ? -1 : some(bytes, at, count);
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        throw (IOException) new InterruptedIOException("interrupted").initCause(e);
      }
    }

    private int some(byte[] bytes, int at, int count) throws IOException, InterruptedException {
      while (!body.hasRemaining()) {
        next();
        if (kind != DATA || body.remaining() > left) {
          ended = true;
          throw wrong();
        }
      }
      int n = Math.min(count, body.remaining());
      body.get(bytes, at, n);
      left -= n;
      return n;
    }

    /// Reads the rest.
    void skip() throws IOException {
      try {
        transferTo(OutputStream.nullOutputStream());
      } catch (HandFiles.Refused _) {
        // it is at its end
      }
    }

    @Override
    public void close() {
      onClose.run();
    }
  }
}
