package dev.drover.gateway;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.channels.Channels;

/// A port as a sandbox has it: each connection to it becomes a stream of a played hand.
final class SandboxPort implements AutoCloseable {
  private final ServerSocket listener =
      new ServerSocket(0, 200, InetAddress.ofLiteral("127.0.0.1"));

  /// Opens a stream for a connection.
  interface Streams {
    PlayedHand.Program open() throws IOException;
  }

  SandboxPort(Streams streams) throws IOException {
    Thread.ofVirtual()
        .start(
            () -> {
              try {
                while (true) {
                  serve(listener.accept(), streams.open());
                }
              } catch (IOException _) {
                // closed
              }
            });
  }

  private static void serve(Socket program, PlayedHand.Program stream) {
    var up =
        Thread.ofVirtual()
            .start(
                () -> {
                  try {
                    program.getInputStream().transferTo(Channels.newOutputStream(stream.channel()));
                    stream.end();
                  } catch (IOException _) {
                    // one of them has gone
                  }
                });
    Thread.ofVirtual()
        .start(
            () -> {
              try (program;
                  stream) {
                Channels.newInputStream(stream.channel()).transferTo(program.getOutputStream());
                program.shutdownOutput();
                up.join();
              } catch (IOException | InterruptedException _) {
                // one of them has gone
              }
            });
  }

  Socket connect() throws IOException {
    return new Socket(listener.getInetAddress(), listener.getLocalPort());
  }

  @Override
  public void close() throws IOException {
    listener.close();
  }
}
