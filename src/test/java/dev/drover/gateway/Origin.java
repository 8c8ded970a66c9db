package dev.drover.gateway;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.atomic.AtomicInteger;

/// A server on loopback that a program in a sandbox wants to reach. It counts connections.
final class Origin implements AutoCloseable {
  private final ServerSocket listener;
  private final AtomicInteger connections = new AtomicInteger();

  /// All that a connection sent until it ended, one for each.
  final BlockingQueue<String> received = new LinkedBlockingQueue<>();

  /// What is done with a connection.
  interface Behaviour {
    void serve(Socket socket) throws IOException;
  }

  Origin(Behaviour behaviour) throws IOException {
    listener = new ServerSocket(0, 200, InetAddress.ofLiteral("127.0.0.1"));
    Thread.ofVirtual().start(() -> accept(behaviour));
  }

  /// Sends back what it receives, and then ends.
  static Origin echo() throws IOException {
    return new Origin(
        socket -> {
          socket.getInputStream().transferTo(socket.getOutputStream());
          socket.shutdownOutput();
        });
  }

  /// Answers after the empty line of a request, ends, and then records all that it received.
  static Origin http(String response) throws IOException {
    return http(response, "\r\n\r\n");
  }

  /// As [#http(String)], but answers when it has received `last`.
  static Origin http(String response, String last) throws IOException {
    var mine = new Origin[1];
    mine[0] =
        new Origin(
            socket -> {
              var all = new ByteArrayOutputStream();
              var in = socket.getInputStream();
              int next;
              while (!all.toString(StandardCharsets.ISO_8859_1).contains(last)
                  && (next = in.read()) >= 0) {
                all.write(next);
              }
              socket.getOutputStream().write(response.getBytes(StandardCharsets.ISO_8859_1));
              socket.shutdownOutput();
              try {
                in.transferTo(all);
              } catch (IOException _) {
                // cut off
              }
              mine[0].received.add(all.toString(StandardCharsets.ISO_8859_1));
            });
    return mine[0];
  }

  private void accept(Behaviour behaviour) {
    try {
      while (true) {
        var socket = listener.accept();
        connections.incrementAndGet();
        Thread.ofVirtual().start(() -> serve(behaviour, socket));
      }
    } catch (IOException _) {
      // closed
    }
  }

  private static void serve(Behaviour behaviour, Socket socket) {
    try (socket) {
      behaviour.serve(socket);
    } catch (IOException _) {
      // The client has gone.
    }
  }

  int port() {
    return listener.getLocalPort();
  }

  int connections() {
    return connections.get();
  }

  @Override
  public void close() throws IOException {
    listener.close();
  }
}
