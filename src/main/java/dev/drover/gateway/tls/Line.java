package dev.drover.gateway.tls;

import java.io.IOException;
import java.nio.channels.ByteChannel;

/// One side of a connection: bytes in both directions, as they are or through TLS. Reads and writes
/// block. One thread may read while another one writes; any thread may close it.
public interface Line extends ByteChannel {
  /// Ends the direction to the other side.
  void shutdownOutput() throws IOException;
}
