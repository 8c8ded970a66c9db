package dev.drover.api;

import io.helidon.common.buffers.BufferData;
import io.helidon.common.buffers.DataReader;
import io.helidon.common.buffers.DataWriter;
import io.helidon.common.socket.HelidonSocket;
import io.helidon.common.socket.PeerInfo;
import io.helidon.common.socket.PlainSocket;
import io.helidon.webserver.CloseConnectionException;
import io.helidon.webserver.ConnectionContext;
import io.helidon.webserver.ListenerContext;
import io.helidon.webserver.ServerConnectionException;
import io.helidon.webserver.spi.ServerConnection;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.Socket;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/// A connection of one client. It is used by one thread, except for [#cut], [#cutIfLate], [#finish]
/// and the methods that query its state, which any thread may call.
final class Connection implements ConnectionContext {
  /// The maximum number of bytes in one write. A client that does not receive this much within the
  /// patience is disconnected.
  private static final int PIECE = 64 * 1024;

  private static final long NOTHING = 0;

  private final Socket socket;
  private final InetAddress address;
  private final PlainSocket plain;
  private final ListenerContext listener;
  private final io.helidon.webserver.Router router;
  private final ReadAhead ahead;
  private final DataReader reader;
  private final DataWriter writer = new Writer();
  private final OutputStream pieces = new Pieces();
  private final LongSupplier nanos;

  /// When the connection began to wait for its client, on the nanosecond clock.
  private final AtomicLong waiting = new AtomicLong();

  private volatile long writing;
  private volatile boolean silent = true;
  private volatile @Nullable ServerConnection protocol;

  /// @param nanos the clock for waiting times
  Connection(
      Socket socket,
      String id,
      ListenerContext listener,
      io.helidon.webserver.Router router,
      LongSupplier nanos) {
    this.nanos = nanos;
    this.socket = socket;
    this.listener = listener;
    this.router = router;
    address = socket.getInetAddress();
    plain = PlainSocket.server(socket, id, "drover");
    ahead = new ReadAhead(this::receive);
    reader = new ChunkReader(this::read);
  }

  InetAddress address() {
    return address;
  }

  /// Whether the client has not sent anything yet.
  boolean isSilent() {
    return silent;
  }

  /// Whether the connection waits for its client.
  boolean isWaiting() {
    return waiting.get() != NOTHING;
  }

  void speaks(ServerConnection protocol) {
    this.protocol = protocol;
  }

  /// Records that the connection waits for its client from now on.
  void begin() {
    waiting.set(now());
  }

  /// Records that the connection no longer waits for its client.
  ///
  /// @throws CloseConnectionException if the connection was cut while it waited
  void end() {
    if (waiting.getAndSet(NOTHING) == NOTHING) {
      throw new CloseConnectionException("the client took too long");
    }
  }

  /// Cuts the connection if it has waited for its client, or has been writing the same piece, since
  /// before `before`.
  void cutIfLate(long before) {
    long since = waiting.get();
    if (since != NOTHING && since - before < 0) {
      if (waiting.compareAndSet(since, NOTHING)) {
        cut();
      }
      return;
    }
    long begun = writing;
    if (begun != NOTHING && begun - before < 0) {
      cut();
    }
  }

  /// Closes the connection at once, even during a request.
  void cut() {
    try {
      socket.close();
    } catch (IOException _) {
      // already closed
    }
  }

  /// Closes the connection after its current request, if there is one.
  ///
  /// @param atOnce whether to close it without waiting for the request
  void finish(boolean atOnce) {
    var its = protocol;
    if (its != null) {
      its.close(atOnce);
    }
    if (atOnce) {
      cut();
    }
  }

  /// Closes the connection in an orderly way.
  void close() {
    try {
      plain.close();
    } catch (RuntimeException _) {
      cut();
    }
  }

  /// Calls `gone` when the client disconnects, until [#unwatch].
  void watch(Runnable gone) {
    ahead.start(gone);
  }

  void unwatch() {
    ahead.stop();
  }

  /// The current time on the nanosecond clock.
  long now() {
    return nanos.getAsLong() | 1; // never 0, which means that nothing waits
  }

  private byte @Nullable [] receive() {
    return plain.get();
  }

  private byte[] read() {
    try {
      var bytes = ahead.read();
      silent = false;
      if (bytes == null) {
        // Otherwise, the library reports a connection that ends within the headers as an error of
        // its own.
        throw new CloseConnectionException("the client has closed the connection");
      }
      return bytes;
    } catch (UncheckedIOException e) {
      throw new ServerConnectionException("the client is gone", e);
    } catch (InterruptedException e) {
      throw new ServerConnectionException("the server stops", e);
    }
  }

  /// The output to the client. It records when each write began.
  private final class Pieces extends OutputStream {
    @Override
    public void write(int b) throws IOException {
      write(new byte[] {(byte) b}, 0, 1);
    }

    @Override
    public void write(byte[] bytes, int from, int length) throws IOException {
      var out = socket.getOutputStream();
      for (int done = 0; done < length; done += PIECE) {
        writing = now();
        out.write(bytes, from + done, Math.min(PIECE, length - done));
      }
      writing = NOTHING;
    }
  }

  private final class Writer implements DataWriter {
    @Override
    public void write(BufferData... buffers) {
      write(BufferData.create(buffers));
    }

    @Override
    public void write(BufferData buffer) {
      buffer.writeTo(pieces);
    }

    @Override
    public void writeNow(BufferData... buffers) {
      write(buffers);
    }

    @Override
    public void writeNow(BufferData buffer) {
      write(buffer);
    }
  }

  @Override
  public PeerInfo remotePeer() {
    return plain.remotePeer();
  }

  @Override
  public PeerInfo localPeer() {
    return plain.localPeer();
  }

  @Override
  public boolean isSecure() {
    return false;
  }

  @Override
  public String socketId() {
    return plain.socketId();
  }

  @Override
  public String childSocketId() {
    return plain.childSocketId();
  }

  @Override
  public ListenerContext listenerContext() {
    return listener;
  }

  @Override
  public ExecutorService executor() {
    return listener.executor();
  }

  @Override
  public DataWriter dataWriter() {
    return writer;
  }

  @Override
  public DataReader dataReader() {
    return reader;
  }

  @Override
  public io.helidon.webserver.Router router() {
    return router;
  }

  @Override
  public HelidonSocket serverSocket() {
    return plain;
  }
}
