package dev.drover.testing;

import dev.drover.base.Scope;
import java.io.BufferedInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.OutputStream;
import java.net.Socket;
import org.jspecify.annotations.Nullable;

/// A client's connection to a [RoundRobin]. Its own thread reads requests, one after the other, and
/// so is there to hear that the client has gone while another thread forwards the answer. Every
/// request has a connection of its own to a node.
final class RelayedConnection {
  private final RoundRobin nodes;
  private final Socket client;

  RelayedConnection(RoundRobin nodes, Socket client) {
    this.nodes = nodes;
    this.client = client;
  }

  /// Returns when the client has gone.
  void run() throws IOException, InterruptedException {
    var in = new BufferedInputStream(client.getInputStream());
    Socket node = null;
    Scope.@Nullable Task<?> answering = null;
    try (var scope = new Scope()) {
      try {
        for (var head = HttpHead.read(in); head != null; head = HttpHead.read(in)) {
          if (answering != null) {
            answering.join(); // no pipelining: the client has all of it
          }
          var asked = head;
          var serving = nodes.connect();
          node = serving;
          var toNode = serving.getOutputStream(); // not to be had once the answer has ended
          toNode.write(asked.with("Connection", "close").bytes());
          answering =
              scope.fork(
                  () -> {
                    forwardAnswer(asked, serving);
                    return null;
                  });
          asked.copyBody(in, new Forgiving(toNode));
        }
      } finally {
        if (node != null) {
          abandon(node);
        }
      }
    }
  }

  /// Resets it, so that the node hears of it at its next word.
  private static void abandon(Socket node) throws IOException {
    try (node) {
      if (!node.isClosed()) {
        node.setSoLinger(true, 0);
      }
    }
  }

  private void forwardAnswer(HttpHead asked, Socket node) throws IOException {
    try (node) {
      var in = new BufferedInputStream(node.getInputStream());
      var out = client.getOutputStream();
      var head = HttpHead.read(in);
      while (head != null && head.isInterim()) {
        out.write(head.bytes());
        head = HttpHead.read(in);
      }
      if (head == null) {
        throw new EOFException("no answer");
      }
      boolean endsWithConnection = !head.hasLength() && !head.isBodyless(asked);
      out.write(head.with("Connection", endsWithConnection ? "close" : "keep-alive").bytes());
      if (endsWithConnection) {
        in.transferTo(out);
        client.shutdownOutput();
      } else if (!head.isBodyless(asked)) {
        head.copyBody(in, out);
      }
    } catch (IOException e) {
      client.close(); // it must not wait for the rest
      throw e;
    }
  }

  /// A node may answer before it has read all of a request, and read no more.
  private static final class Forgiving extends OutputStream {
    private final OutputStream out;

    Forgiving(OutputStream out) {
      this.out = out;
    }

    @Override
    public void write(int b) {
      write(new byte[] {(byte) b}, 0, 1);
    }

    @Override
    public void write(byte[] bytes, int offset, int length) {
      try {
        out.write(bytes, offset, length);
      } catch (IOException _) {
        // its answer is what counts
      }
    }
  }
}
