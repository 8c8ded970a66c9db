package dev.drover.bench;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;

/// A raw file, the lower floor of durable appends. It has no index, no sessions, and cannot be
/// read.
final class RawLog implements GroupCommit.Sink<byte[]> {
  private final FileChannel channel;

  RawLog(Path file) throws IOException {
    channel =
        FileChannel.open(
            file,
            StandardOpenOption.CREATE,
            StandardOpenOption.TRUNCATE_EXISTING,
            StandardOpenOption.WRITE);
  }

  @Override
  public void write(List<byte[]> appends) throws IOException {
    var all = ByteBuffer.allocate(appends.stream().mapToInt(bytes -> bytes.length).sum());
    appends.forEach(all::put);
    all.flip();
    while (all.hasRemaining()) {
      channel.write(all);
    }
    channel.force(false);
  }

  @Override
  public void close() throws IOException {
    channel.close();
  }
}
