package dev.drover.api;

import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/// Reads from a client while it is sent a stream, so that its leaving is noticed at once. What it
/// sends meanwhile is kept for its next request, within a bound. One reader beside the thread of
/// its own, which ends with the first bytes after the stream.
final class ReadAhead {
  /// Bytes kept. A client that sends more is watched no further.
  private static final int LIMIT = 64 * 1024;

  private static final Piece END = new Piece(null, true);
  private static final Piece DONE = new Piece(null, false);

  /// What was read; without bytes the end of the connection, or of the reading ahead.
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

  /// @param source blocks; null at the end, and fails when the connection breaks
  ReadAhead(Supplier<byte @Nullable []> source) {
    this.source = source;
  }

  /// Watches until [#stop].
  ///
  /// @param gone called once the client is gone
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

  /// The next bytes; null at the end.
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
      return END; // gone, too
    }
  }
}
