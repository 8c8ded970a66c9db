package dev.drover.api;

import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/// A reader that reads from a client while a stream is sent to it, so that a disconnect is noticed
/// at once. What the client sends in the meantime is kept for its next request, up to a limit. Its
/// methods are for one thread. Its own thread ends with the first bytes that arrive after the
/// stream.
final class ReadAhead {
  /// The number of bytes that are kept. If a client sends more, it is no longer watched.
  private static final int LIMIT = 64 * 1024;

  private static final Piece END = new Piece(null, true);
  private static final Piece DONE = new Piece(null, false);

  /// A block that was read; without bytes, it marks the end of the connection or of reading ahead.
  private static final class Piece {
    private final byte @Nullable [] bytes;
    private final boolean end;

    Piece(byte @Nullable [] bytes, boolean end) {
      this.bytes = bytes;
      this.end = end;
    }

    int length() {
      return bytes == null ? 0 : bytes.length;
    }
  }

  private final Supplier<byte @Nullable []> source;
  private final BlockingQueue<Piece> pieces = new LinkedBlockingQueue<>();
  private final ReentrantLock lock = new ReentrantLock();
  private boolean reading;
  private @Nullable Runnable gone;

  /// @param source supplies blocks; null at the end; throws if the connection is broken
  ReadAhead(Supplier<byte @Nullable []> source) {
    this.source = source;
  }

  /// Watches the client until [#stop].
  ///
  /// @param gone called once when the client has disconnected
  void start(Runnable gone) {
    lock.lock();
    try {
      this.gone = gone;
      if (!reading) {
        reading = true;
        Thread.ofVirtual().name("read-ahead").start(this::run);
      }
    } finally {
      lock.unlock();
    }
  }

  void stop() {
    lock.lock();
    try {
      gone = null;
    } finally {
      lock.unlock();
    }
  }

  /// Returns the next bytes; null at the end.
  byte @Nullable [] read() throws InterruptedException {
    while (isAhead()) {
      var piece = pieces.take();
      if (piece.end) {
        pieces.add(END);
        return null;
      }
      if (piece.bytes != null) {
        return piece.bytes;
      }
    }
    return source.get();
  }

  private boolean isAhead() {
    lock.lock();
    try {
      return reading || !pieces.isEmpty();
    } finally {
      lock.unlock();
    }
  }

  private void run() {
    int kept = 0;
    while (true) {
      var piece = next();
      lock.lock();
      try {
        pieces.add(piece);
        kept += piece.length();
        if (piece.end && gone != null) {
          gone.run();
        }
        if (piece.end || gone == null || kept > LIMIT) {
          reading = false;
          pieces.add(piece.end ? END : DONE);
          return;
        }
      } finally {
        lock.unlock();
      }
    }
  }

  private Piece next() {
    try {
      var piece = source.get();
      return piece == null ? END : new Piece(piece, false);
    } catch (RuntimeException _) {
      return END; // a broken connection is also an end
    }
  }
}
