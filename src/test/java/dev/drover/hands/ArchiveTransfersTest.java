package dev.drover.hands;

import static org.assertj.core.api.Assertions.assertThat;

import dev.drover.base.BlockStream;
import dev.drover.base.Scope;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/// Archives for a hand whose answers the test gives.
@Timeout(60)
final class ArchiveTransfersTest {
  private static final int ID = 1;

  private final Transfers transfers = new Transfers(_ -> {}, () -> ID, () -> true);
  private final ArchiveTransfers archives = new ArchiveTransfers(transfers);

  /// An archive that a client begins to send.
  private static final class Slow extends BlockStream {
    private final CountDownLatch reading = new CountDownLatch(1);
    private final CountDownLatch rest = new CountDownLatch(1);
    private final AtomicBoolean interrupted = new AtomicBoolean();

    @Override
    public int read(byte[] into, int offset, int length) {
      reading.countDown();
      try {
        rest.await();
      } catch (InterruptedException _) {
        interrupted.set(true);
      }
      return -1;
    }
  }

  /// What the hand refuses at once is answered on the connection on which the archive arrives: an
  /// interrupt of its reader would close that.
  @Test
  void aRefusalDoesNotInterruptTheReaderOfTheArchive() throws Exception {
    var archive = new Slow();
    try (var scope = new Scope()) {
      var refusal = scope.fork(() -> refusal(archive));
      archive.reading.await();
      transfers.take(new Frame(Frame.DATA, ID, end(HandFiles.Why.UNFIT)));
      transfers.take(new Frame(Frame.DONE, ID, ByteBuffer.wrap(new byte[] {0})));
      archive.rest.countDown();
      assertThat(refusal.join()).isEqualTo(HandFiles.Why.UNFIT);
    }
    assertThat(archive.interrupted).isFalse();
  }

  private HandFiles.Why refusal(InputStream archive) throws Exception {
    try {
      archives.unpackPath("/workspace/file", archive);
    } catch (HandFiles.Refused e) {
      return e.why();
    }
    throw new AssertionError("it was accepted");
  }

  /// The record that ends an operation.
  private static ByteBuffer end(HandFiles.Why why) {
    var text = "why".getBytes(StandardCharsets.UTF_8);
    return ByteBuffer.allocate(6 + text.length)
        .put((byte) 'X')
        .putInt(1 + text.length)
        .put((byte) (List.of(HandFiles.Why.values()).indexOf(why) + 1))
        .put(text)
        .flip();
  }
}
