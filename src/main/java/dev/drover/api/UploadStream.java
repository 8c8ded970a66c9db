package dev.drover.api;

import dev.drover.base.BlockStream;
import dev.drover.base.Problem;
import io.helidon.http.RequestException;
import io.helidon.webserver.CloseConnectionException;
import java.io.IOException;
import java.io.InputStream;
import java.time.Duration;
import java.util.Objects;
import java.util.function.Supplier;

/// The body of a request that is not held in memory. Its client is disconnected if a mebibyte takes
/// longer than the patience of the server, or the whole body longer than [#LONGEST]. One thread.
final class UploadStream extends BlockStream {
  /// The longest time that a body may take.
  static final Duration LONGEST = Duration.ofHours(1);

  /// The number of bytes after which the patience begins anew.
  private static final int STEP = 1 << 20;

  private final InputStream in;
  private final Problem tooLarge;
  private final Supplier<Problem> broken;
  private final Connection connection;
  private final long deadline;
  private long left;
  private int step = STEP;
  private boolean open = true;

  /// @param most the maximum length, in bytes
  /// @param tooLarge thrown if there is more
  /// @param broken the problem to throw if the body ends early or is malformed
  UploadStream(
      InputStream in,
      long most,
      Problem tooLarge,
      Supplier<Problem> broken,
      Connection connection) {
    this.broken = broken;
    this.in = in;
    this.tooLarge = tooLarge;
    this.connection = connection;
    left = most;
    deadline = connection.now() + LONGEST.toNanos();
    connection.begin();
  }

  /// @throws Problem if the body is too large, ends early, or is not framed as HTTP defines it
  @Override
  public int read(byte[] into, int offset, int length) throws IOException {
    Objects.checkFromIndexSize(offset, length, into.length);
    int count;
    try {
      count = in.read(into, offset, (int) Math.min(length, left + 1));
    } catch (RequestException | CloseConnectionException e) {
      throw e;
    } catch (IOException | RuntimeException e) {
      throw broken.get();
    }
    if (count > left) {
      throw tooLarge;
    }
    if (count > 0) {
      left -= count;
      step -= count;
      if (step <= 0) {
        goOn();
      }
    }
    return count;
  }

  private void goOn() {
    step = STEP;
    connection.end();
    if (connection.now() - deadline > 0) {
      open = false;
      throw new CloseConnectionException("the upload took too long");
    }
    connection.begin();
  }

  /// Ends the wait for the client. What is left of the body stays unread.
  ///
  /// @throws CloseConnectionException if the client took too long
  @Override
  public void close() {
    if (open) {
      open = false;
      connection.end();
    }
  }
}
