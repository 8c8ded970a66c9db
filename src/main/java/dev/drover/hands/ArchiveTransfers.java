package dev.drover.hands;

import dev.drover.base.Scope;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/// The archives of one hand, over its operations on files. Safe for many threads.
final class ArchiveTransfers implements HandArchives {
  private final Transfers transfers;

  ArchiveTransfers(Transfers transfers) {
    this.transfers = transfers;
  }

  private static byte[] text(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }

  @Override
  public PackedTree pack(String base, String name, long most, OutputStream to)
      throws IOException, InterruptedException {
    return packed("", most, base, name, to);
  }

  @Override
  public PackedTree packPath(String path, long most, OutputStream to)
      throws IOException, InterruptedException {
    return packed(path, most, "", "", to);
  }

  private PackedTree packed(String path, long most, String base, String name, OutputStream to)
      throws IOException, InterruptedException {
    var transfer =
        transfers.begin(Frame.PACK, text(path), text(Long.toString(most)), text(base), text(name));
    try {
      return new Records(transfer).packed(to);
    } finally {
      transfers.end(transfer);
    }
  }

  @Override
  public void unpack(InputStream archives) throws IOException, InterruptedException {
    unpacked("", archives);
  }

  @Override
  public void unpackPath(String path, InputStream archive)
      throws IOException, InterruptedException {
    unpacked(path, archive);
  }

  /// The outcome may come before the hand has taken everything; then the rest is not read.
  private void unpacked(String path, InputStream archives)
      throws IOException, InterruptedException {
    var transfer = transfers.begin(Frame.UNPACK, text(path));
    var broken = new AtomicReference<@Nullable Exception>();
    try (var scope = new Scope()) {
      var sending = scope.fork(() -> send(transfer, archives, broken));
      var failure = failure(transfer);
      boolean decided = failure == null || failure instanceof HandFiles.Refused;
      if (decided) {
        // Its last read is not interrupted: that would close the connection from which it reads, on
        // which the sender of the archive waits for the outcome.
        sending.join();
      }
      if (failure != null) {
        throw decided ? failure : unreadable(failure, broken.get());
      }
    } finally {
      transfers.end(transfer);
    }
  }

  private static @Nullable IOException failure(Transfer transfer) throws InterruptedException {
    try {
      new Records(transfer).nothing();
      return null;
    } catch (IOException e) {
      return e;
    }
  }

  private static IOException unreadable(IOException failure, @Nullable Exception broken) {
    if (broken == null) {
      return failure;
    }
    var unreadable = new IOException("the archive cannot be read: " + broken.getMessage(), broken);
    unreadable.addSuppressed(failure);
    return unreadable;
  }

  private boolean send(
      Transfer transfer, InputStream in, AtomicReference<@Nullable Exception> broken)
      throws InterruptedException {
    try {
      var bytes = new byte[Transfer.PIECE];
      for (int n; !transfer.isOver() && (n = in.read(bytes)) >= 0; ) {
        transfer.send(bytes, n);
      }
      transfer.complete();
    } catch (IOException | RuntimeException e) {
      broken.set(e);
      transfers.end(transfer); // or the hand would wait for the rest
    }
    return true;
  }
}
