package dev.drover.hands;

import java.io.ByteArrayOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Semaphore;
import java.util.function.BooleanSupplier;
import java.util.function.IntSupplier;
import org.jspecify.annotations.Nullable;

/// The operations on files of one hand, over its frames. Safe for many threads.
final class Transfers implements HandFiles {
  /// The number of operations that a hand does at once.
  private static final int MOST = 8;

  /// More entries than the hand looks at.
  private static final int ENTRIES = 200_000;

  private final Transfer.Outlet outlet;
  private final IntSupplier ids;
  private final BooleanSupplier reading;
  private final Semaphore permits = new Semaphore(MOST);
  private final Map<Integer, Transfer> open = new ConcurrentHashMap<>();
  private volatile @Nullable String death;

  /// @param ids gives each operation an id that no call has
  /// @param reading whether the hand can read several files in one operation
  Transfers(Transfer.Outlet outlet, IntSupplier ids, BooleanSupplier reading) {
    this.outlet = outlet;
    this.ids = ids;
    this.reading = reading;
  }

  // ---- called by the thread that reads frames ----

  /// Takes a frame.
  ///
  /// @return false if it is not for an operation on files
  boolean take(Frame frame) throws Frame.Violation {
    var transfer = open.get(frame.id());
    if (transfer == null) {
      return false;
    }
    switch (frame.op()) {
      case Frame.DATA -> transfer.data(frame.payload());
      case Frame.CREDIT -> transfer.credit(frame.payload());
      case Frame.DONE -> {
        transfer.done(frame.payload());
        if (open.remove(frame.id(), transfer)) {
          permits.release();
        }
      }
      default -> {
        return false;
      }
    }
    return true;
  }

  /// Ends all operations, because the hand is gone. Idempotent.
  void lose(String reason) {
    death = reason;
    for (var transfer : List.copyOf(open.values())) {
      if (open.remove(transfer.id(), transfer)) {
        permits.release();
        transfer.lost(reason);
      }
    }
  }

  // ---- called by everyone ----

  Transfer begin(byte op, byte[]... fields) throws IOException, InterruptedException {
    int size = 0;
    for (var field : fields) {
      size += 4 + field.length;
    }
    if (size > Frame.MAX - 64) {
      throw new Refused(Why.FAILED, "the request is too long");
    }
    var payload = ByteBuffer.allocate(size);
    for (var field : fields) {
      payload.putInt(field.length).put(field);
    }
    permits.acquire();
    var transfer = new Transfer(ids.getAsInt(), outlet);
    open.put(transfer.id(), transfer);
    var reason = death;
    if (reason != null) {
      lose(reason);
    }
    try {
      outlet.send(new Frame(op, transfer.id(), payload.flip()));
      return transfer;
    } catch (IOException | InterruptedException e) {
      if (open.remove(transfer.id(), transfer)) {
        permits.release(); // the hand knows nothing of it
      }
      throw e;
    }
  }

  /// Ends an operation that may still run. Its permit is free again when the hand confirms this.
  void end(Transfer transfer) {
    if (transfer.isOver()) {
      return;
    }
    boolean interrupted = Thread.interrupted();
    try {
      outlet.send(Frame.bare(Frame.CANCEL, transfer.id()));
    } catch (IOException e) {
      // the hand is gone, and the operation with it
    } catch (InterruptedException e) {
      interrupted = true;
    } finally {
      if (interrupted) {
        Thread.currentThread().interrupt();
      }
    }
  }

  private interface Use<T> {
    T of(Records records) throws IOException, InterruptedException;
  }

  private <T> T ended(Transfer transfer, Use<T> use) throws IOException, InterruptedException {
    try {
      return use.of(new Records(transfer));
    } finally {
      end(transfer);
    }
  }

  private static byte[] text(String text) {
    return text.getBytes(StandardCharsets.US_ASCII);
  }

  @Override
  public Optional<HandTree> tree(HandRoot root, Optional<HandTree.Cookie> known)
      throws IOException, InterruptedException {
    var cookie =
        known
            .map(one -> ByteBuffer.allocate(16).putLong(one.first()).putLong(one.second()).array())
            .orElseGet(() -> new byte[0]);
    return ended(begin(Frame.TREE, text(root.name()), cookie), records -> records.tree(ENTRIES));
  }

  @Override
  public Content get(HandRoot root, HandPath path, Optional<FileStamp> expected, long most)
      throws IOException, InterruptedException {
    var stamp = expected.map(FileStamp::encoded).orElseGet(() -> new byte[0]);
    var transfer =
        begin(Frame.GET, text(root.name()), path.encoded(), stamp, text(Long.toString(most)));
    try {
      return new Records(transfer).content(() -> end(transfer));
    } catch (IOException | InterruptedException e) {
      end(transfer);
      throw e;
    }
  }

  @Override
  public Contents getAll(HandRoot root, List<HandTree.Entry> files, long most)
      throws IOException, InterruptedException {
    if (!reading.getAsBoolean()) {
      return new OneByOne(this, root, files, most);
    }
    var wanted = new ByteArrayOutputStream();
    for (var file : files) {
      var path = file.path().encoded();
      wanted.writeBytes(ByteBuffer.allocate(4).putInt(path.length).array());
      wanted.writeBytes(path);
      wanted.writeBytes(file.stamp().encoded());
    }
    var transfer =
        begin(Frame.GET_ALL, text(root.name()), text(Long.toString(most)), wanted.toByteArray());
    return new Records(transfer).contents(() -> end(transfer));
  }

  @Override
  public FileStamp put(
      HandRoot root, HandPath path, int mode, InputStream content, long length, Expected expected)
      throws IOException, InterruptedException {
    var transfer =
        begin(
            Frame.PUT,
            text(root.name()),
            path.encoded(),
            text(Integer.toOctalString(mode)),
            text(Long.toString(length)),
            text(expected.words()));
    return ended(
        transfer,
        records -> {
          send(transfer, content, length);
          return records.stampAlone();
        });
  }

  private static void send(Transfer transfer, InputStream content, long length)
      throws IOException, InterruptedException {
    var bytes = new byte[Transfer.PIECE];
    for (long left = length; left > 0 && !transfer.isOver(); ) {
      int n = content.read(bytes, 0, (int) Math.min(bytes.length, left));
      if (n < 0) {
        throw new EOFException("the content is shorter than its length");
      }
      transfer.send(bytes, n);
      left -= n;
    }
    transfer.complete();
  }

  @Override
  public void remove(HandRoot root, HandPath path, Expected expected)
      throws IOException, InterruptedException {
    var transfer = begin(Frame.REMOVE, text(root.name()), path.encoded(), text(expected.words()));
    ended(
        transfer,
        records -> {
          records.nothing();
          return true;
        });
  }

  @Override
  public HandArchives archives() {
    return new ArchiveTransfers(this);
  }

  @Override
  public boolean isAtWork() throws IOException, InterruptedException {
    return begin(Frame.LIVES).awaitEnd();
  }
}
