package dev.drover.hands;

import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Optional;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/// One operation on files in a hand: the stream that it sends, and the stream that it takes. Each
/// side sends only as much as the other has given credit for, so a slow reader delays neither the
/// heartbeat nor the calls.
final class Transfer {
  static final int WINDOW = 1 << 20;
  static final int PIECE = 1 << 16;

  private static final int STEP = WINDOW / 4;

  /// Sends frames to the hand.
  interface Outlet {
    /// @throws IOException if the hand is gone
    void send(Frame frame) throws IOException, InterruptedException;
  }

  private final int id;
  private final Outlet outlet;

  /// What was sent, within the credit; empty is the end, and remains.
  private final BlockingQueue<Optional<ByteBuffer>> pieces = new LinkedBlockingQueue<>();

  private final Semaphore room = new Semaphore(WINDOW);
  private ByteBuffer piece = ByteBuffer.allocate(0);
  private int read; // bytes that no credit was given for yet
  private final AtomicInteger credit = new AtomicInteger(WINDOW);
  private volatile boolean over;
  private volatile boolean atWork;
  private volatile @Nullable String death;

  Transfer(int id, Outlet outlet) {
    this.id = id;
    this.outlet = outlet;
  }

  int id() {
    return id;
  }

  // ---- called by the thread that reads frames ----

  void data(ByteBuffer bytes) throws Frame.Violation {
    if (credit.addAndGet(-bytes.remaining()) < 0 || over) {
      throw new Frame.Violation("more than it has credit for");
    }
    if (bytes.hasRemaining()) {
      pieces.add(Optional.of(bytes));
    }
  }

  void credit(ByteBuffer payload) throws Frame.Violation {
    int more = payload.remaining() == 4 ? payload.getInt() : -1;
    if (more < 0 || more > WINDOW || room.availablePermits() + more > WINDOW) {
      throw new Frame.Violation("a credit that cannot be");
    }
    room.release(more);
  }

  void done(ByteBuffer payload) throws Frame.Violation {
    if (payload.remaining() != 1) {
      throw new Frame.Violation("an end without its flag");
    }
    atWork = payload.get() != 0;
    end();
  }

  void lost(String reason) {
    death = reason;
    end();
  }

  private void end() {
    over = true;
    pieces.add(Optional.empty());
    room.release(WINDOW); // whoever waits to send need not
  }

  // ---- called by the thread of the operation ----

  /// Sends the next bytes of the content; does nothing once the operation is over.
  void send(byte[] bytes, int count) throws IOException, InterruptedException {
    room.acquire(count);
    if (!over) {
      outlet.send(new Frame(Frame.DATA, id, ByteBuffer.wrap(bytes.clone(), 0, count).slice()));
    }
  }

  void complete() throws IOException, InterruptedException {
    if (!over) {
      outlet.send(Frame.bare(Frame.DATA_END, id));
    }
  }

  boolean isOver() {
    return over;
  }

  /// Fills `bytes`.
  ///
  /// @throws EOFException if the operation ends before
  void fill(byte[] bytes) throws IOException, InterruptedException {
    for (int at = 0; at < bytes.length; ) {
      at += read(bytes, at, bytes.length - at);
    }
  }

  /// Reads at least one byte.
  int read(byte[] bytes, int at, int count) throws IOException, InterruptedException {
    while (!piece.hasRemaining()) {
      var next = pieces.take();
      if (next.isEmpty()) {
        pieces.add(next);
        throw new EOFException(
            death == null ? "the operation came to no end" : "the hand is gone: " + death);
      }
      piece = next.get();
    }
    int n = Math.min(count, piece.remaining());
    piece.get(bytes, at, n);
    read += n;
    if (read >= STEP && !over) {
      credit.addAndGet(read);
      outlet.send(new Frame(Frame.CREDIT, id, ByteBuffer.allocate(4).putInt(0, read)));
      read = 0;
    }
    return n;
  }

  /// Waits for the end of an operation that sends nothing.
  ///
  /// @return whether a command or its processes live in the hand
  boolean awaitEnd() throws IOException, InterruptedException {
    if (pieces.take().isPresent()) {
      throw new IOException("the hand sent what was not asked for");
    }
    if (death != null) {
      throw new IOException("the hand is gone: " + death);
    }
    return atWork;
  }
}
