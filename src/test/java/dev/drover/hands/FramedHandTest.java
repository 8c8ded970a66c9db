package dev.drover.hands;

import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.file.Path;
import org.junit.jupiter.api.io.TempDir;

/// Frames over a socket, as a sandbox of this machine has it.
final class FramedHandTest extends FramedHandContract {
  @TempDir Path directory;

  @Override
  Ends open() throws Exception {
    var address = UnixDomainSocketAddress.of(directory.resolve("s"));
    try (var server = ServerSocketChannel.open(StandardProtocolFamily.UNIX)) {
      server.bind(address);
      var ours = SocketChannel.open(address);
      return new Ends(ByteStream.of(ours), ByteStream.of(server.accept()));
    }
  }
}
