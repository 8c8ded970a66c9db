package dev.drover.testing;

import dev.drover.base.Scope;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicIntegerArray;

/// An HTTP proxy that gives every request to the next of several servers, also those that come on
/// one connection: a client sees all nodes as one server. A node that refuses the connection is
/// passed over. Bytes are forwarded as they come, and a client that goes ends its request. Safe for
/// many threads; two virtual threads for each connection.
public final class RoundRobin implements AutoCloseable {
  private final List<URI> nodes;
  private final ServerSocket listener;
  private final Thread acceptor;
  private final AtomicInteger next = new AtomicInteger();
  private final AtomicIntegerArray requests;
  private final Set<Socket> clients = ConcurrentHashMap.newKeySet();

  private RoundRobin(List<URI> nodes) throws IOException {
    this.nodes = nodes;
    requests = new AtomicIntegerArray(nodes.size());
    listener = new ServerSocket(0, 100, InetAddress.getLoopbackAddress());
    acceptor = Thread.ofVirtual().start(this::acceptAll);
  }

  public static RoundRobin over(URI... nodes) throws IOException {
    return new RoundRobin(List.of(nodes));
  }

  public URI url() {
    return URI.create("http://127.0.0.1:" + listener.getLocalPort());
  }

  /// How many requests a node has got.
  ///
  /// @param node from 0
  public int requests(int node) {
    return requests.get(node);
  }

  /// A connection to the node whose turn it is.
  ///
  /// @throws IOException if none takes it
  Socket connect() throws IOException {
    int first = Math.floorMod(next.getAndIncrement(), nodes.size());
    var failure = new IOException("no node takes a connection");
    for (int i = 0; i < nodes.size(); i++) {
      int turn = (first + i) % nodes.size();
      var node = nodes.get(turn);
      var socket = new Socket();
      try {
        socket.connect(new InetSocketAddress(node.getHost(), node.getPort()));
        socket.setTcpNoDelay(true);
        requests.incrementAndGet(turn);
        return socket;
      } catch (IOException e) {
        socket.close();
        failure.addSuppressed(e);
      }
    }
    throw failure;
  }

  private void acceptAll() {
    try (var scope = new Scope()) {
      while (true) {
        var client = listener.accept();
        clients.add(client);
        scope.fork(
            () -> {
              try (client) {
                client.setTcpNoDelay(true);
                new RelayedConnection(this, client).run();
              } finally {
                clients.remove(client);
              }
              return null;
            });
      }
    } catch (IOException _) {
      // closed
    }
  }

  /// Ends all connections.
  @Override
  public void close() throws IOException {
    listener.close();
    for (var client : clients) {
      client.close();
    }
    Signals.awaitEnd(acceptor);
  }
}
