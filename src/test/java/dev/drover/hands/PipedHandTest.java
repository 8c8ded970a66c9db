package dev.drover.hands;

import java.io.IOException;
import java.nio.channels.Channels;
import java.nio.channels.Pipe;

/// Frames over two pipes, as a process in a container has them.
final class PipedHandTest extends FramedHandContract {
  @Override
  Ends open() throws IOException {
    var there = Pipe.open();
    var back = Pipe.open();
    return new Ends(stream(back, there), stream(there, back));
  }

  private static ByteStream stream(Pipe from, Pipe to) {
    return new ByteStream(
        Channels.newInputStream(from.source()),
        Channels.newOutputStream(to.sink()),
        () -> {
          from.source().close();
          to.sink().close();
        });
  }
}
