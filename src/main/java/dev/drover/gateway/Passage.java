package dev.drover.gateway;

import dev.drover.base.Threads;
import dev.drover.gateway.tls.Line;
import dev.drover.gateway.tls.PlainLine;
import dev.drover.gateway.tls.TlsFailure;
import dev.drover.http.PublicOnly;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.SequenceInputStream;
import java.lang.System.Logger.Level;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketTimeoutException;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.nio.channels.CancelledKeyException;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/// One connection of a program in a sandbox, from its first byte to its end. A thread of its own
/// runs it; while it copies, a second one copies in the other direction.
final class Passage implements Runnable, AutoCloseable {
  private static final System.Logger LOG = System.getLogger(Passage.class.getName());

  /// Says nothing to a program whose connection is refused, besides its end.
  static final Function<NotConnected, ByteBuffer> SILENT = _ -> ByteBuffer.allocate(0);

  private static final byte[] CONTINUE =
      "HTTP/1.1 100 Continue\r\n\r\n".getBytes(StandardCharsets.US_ASCII);

  /// How long a program has to read why it was refused.
  private static final Duration LINGER = Duration.ofSeconds(2);

  private final HandWay way;
  private final SocketChannel program;
  private volatile Line inside;
  private PeekedStream in;
  private final long start = System.nanoTime();
  private final AtomicLong sent = new AtomicLong();
  private final AtomicLong received = new AtomicLong();
  private final Object lock = new Object();
  private @Nullable Thread worker; // under the lock
  private volatile long deadline;
  private volatile boolean asked;
  private volatile boolean placed;
  private volatile boolean half;
  private volatile boolean closed;
  private volatile @Nullable SocketChannel host;
  private volatile @Nullable Line outside;
  private volatile @Nullable Selector waiting;
  private @Nullable List<Placeholder> placeholders;
  private @Nullable InetAddress admitted;
  private boolean encrypted;
  private Function<NotConnected, ByteBuffer> denial = SILENT;
  private String protocol = "none";
  private Optional<Destination> destination = Optional.empty();
  private String verdict = "closed";
  private boolean refused;

  Passage(HandWay way, SocketChannel program, PeekedStream in) {
    this.way = way;
    this.program = program;
    this.inside = new PlainLine(program);
    this.in = in;
    expect(way.limits().head());
  }

  @Override
  public void run() {
    try {
      Protocols.serve(this);
    } catch (NotConnected e) {
      deny(e);
    } catch (IOException _) {
      // One side has gone, or a deadline has passed.
    } catch (InterruptedException _) {
      // The server closes.
    } catch (RuntimeException e) {
      LOG.log(Level.ERROR, "a connection of a sandbox failed", e);
    } finally {
      close();
    }
  }

  PeekedStream in() {
    return in;
  }

  Policy policy() {
    return way.policy();
  }

  RefusalRing refused() {
    return way.refused();
  }

  /// What the connections of the sandbox share that git uses.
  GitWay git() {
    return way.git();
  }

  ConnectionLimits limits() {
    return way.limits();
  }

  void protocol(String name) {
    protocol = name;
  }

  /// Has no deadline from now on: a channel for many questions.
  void stay() {
    asked = true;
    deadline = Long.MAX_VALUE;
  }

  void expect(Duration limit) {
    deadline = System.nanoTime() - start + limit.toNanos();
  }

  /// @param crowded whether others of the sandbox may be waiting
  boolean isLate(boolean crowded) {
    long age = System.nanoTime() - start;
    return age > deadline
        || (age > way.limits().life().toNanos() && deadline != Long.MAX_VALUE)
        || (crowded && !asked && age > way.limits().crowded().toNanos());
  }

  /// Whether it is one of those that are served, as [HandWay#takePlace] says.
  boolean hasPlace() {
    return placed;
  }

  private void takePlace(Destination to) throws NotConnected, InterruptedException {
    asked = true;
    expect(way.limits().crowded().plus(way.limits().head()));
    if (!placed) {
      way.takePlace(to);
      placed = true;
    }
  }

  /// How a refusal is reported in the protocol of the program.
  void denyWith(Function<NotConnected, ByteBuffer> form) {
    denial = form;
  }

  /// Connects to a destination if that is allowed.
  void connect(Destination to) throws IOException, InterruptedException {
    destination = Optional.of(to);
    verdict =
        switch (policy().judge(to)) {
          case Verdict.Refused(var reason, var words) -> throw new NotConnected(reason, words);
          case Verdict.Allowed(var rule) -> rule;
        };
    takePlace(to);
    expect(way.limits().head().plus(way.limits().connect()));
    var address = way.admit(to);
    admitted = address;
    way.checkBytes(to);
    dial(to, address);
    expect(way.limits().head());
  }

  private void dial(Destination to, InetAddress address) throws IOException {
    var channel = SocketChannel.open();
    host = channel;
    outside = new PlainLine(channel);
    if (closed) {
      channel.close();
    }
    var limit = way.limits().connect();
    try {
      channel.setOption(StandardSocketOptions.TCP_NODELAY, true);
      var at = way.server(new InetSocketAddress(address, to.port()));
      channel.socket().connect(at, (int) limit.toMillis());
    } catch (SocketTimeoutException e) {
      throw new NotConnected(
          Verdict.Reason.UNREACHABLE,
          to + " was not reached: it did not answer within " + limit.toSeconds() + " s",
          e);
    } catch (IOException e) {
      throw new NotConnected(
          Verdict.Reason.UNREACHABLE, to + " was not reached: it is refused or unreachable", e);
    }
  }

  /// Notes the destination of a request that this server sends for the program.
  ///
  /// @param rule that allows it
  void reaches(Destination to, String rule) throws NotConnected, InterruptedException {
    destination = Optional.of(to);
    verdict = rule;
    takePlace(to);
    way.checkBytes(to);
  }

  /// Work that waits for other servers.
  interface Work {
    void run() throws IOException, InterruptedException;
  }

  /// Runs work on this thread, which is interrupted when this connection is closed.
  void untilClosed(Work work) throws IOException, InterruptedException {
    synchronized (lock) {
      if (closed) {
        throw new IOException("closed");
      }
      worker = Thread.currentThread();
    }
    try {
      work.run();
    } finally {
      synchronized (lock) {
        worker = null;
        if (closed) {
          Thread.interrupted(); // it was for the work
        }
      }
    }
  }

  /// Sends bytes to the program.
  void reply(ByteBuffer bytes) throws IOException {
    while (bytes.hasRemaining()) {
      inside.write(bytes);
    }
  }

  /// As [#reply]; the bytes are from the host.
  void replyCounted(ByteBuffer bytes) throws IOException {
    count(false, bytes.remaining());
    reply(bytes);
  }

  /// Ends what is sent to the program, and waits until it has read that: if the stream was closed
  /// before, the program would see a reset.
  void endReply() throws IOException {
    inside.shutdownOutput();
    half();
    untilProgramEnds();
  }

  private void untilProgramEnds() throws IOException {
    for (var rest = ByteBuffer.allocate(1024); inside.read(rest) >= 0; rest.clear()) {
      // what it still sends is not wanted
    }
  }

  /// Counts bytes of the program that the host gets.
  void countSent(int bytes) throws NotConnected {
    count(true, bytes);
  }

  /// Lets a program send its body that waits for the permission to do so.
  void expectsBody(RequestHead head) throws IOException {
    if (head.values("expect").stream().anyMatch("100-continue"::equalsIgnoreCase)) {
      reply(ByteBuffer.wrap(CONTINUE));
    }
  }

  /// Sends bytes to the host.
  void send(ByteBuffer bytes) throws IOException {
    count(true, bytes.remaining());
    var to = connected();
    while (bytes.hasRemaining()) {
      to.write(bytes);
    }
  }

  private Line connected() throws IOException {
    var channel = outside;
    if (channel == null) {
      throw new IOException("not connected");
    }
    return channel;
  }

  /// Copies everything in both directions until both have ended.
  void relay() throws IOException, InterruptedException {
    run(
        () -> {
          send(in.rest());
          copyUp();
        },
        this::copyDown);
  }

  /// Copies all that the program sends.
  void copyUp() throws IOException {
    var to = connected();
    copy(inside, to, true);
    to.shutdownOutput();
    half();
  }

  /// Copies all that the host sends.
  ///
  /// @param first has been read from it before
  void copyDown(ByteBuffer first) throws IOException {
    count(false, first.remaining());
    reply(first);
    copy(connected(), inside, false);
    inside.shutdownOutput();
    half();
  }

  /// Copies all that the host sends.
  void copyDown() throws IOException {
    copyDown(ByteBuffer.allocate(0));
  }

  /// Takes what the program sends after its only request, which no server gets, until it ends the
  /// connection. If this side closed it, the program would lose what it has not read.
  void drop() throws IOException {
    while (in.peek() >= 0) {
      in.rest();
    }
  }

  /// Reads the first bytes of the host, at most `most`; fewer at its end.
  ByteBuffer first(int most) throws IOException {
    var buffer = ByteBuffer.allocate(most);
    var from = connected();
    while (buffer.hasRemaining() && from.read(buffer) >= 0) {
      expect(way.limits().silence());
    }
    return buffer.flip();
  }

  /// Waits until one side has sent something, before anything else was read. Returns whether it is
  /// the program.
  boolean programSpeaksFirst() throws IOException {
    var other = host;
    if (other == null || in.hasArrived()) {
      return true;
    }
    try (var selector = Selector.open()) {
      waiting = selector;
      program.configureBlocking(false);
      other.configureBlocking(false);
      var mine = program.register(selector, SelectionKey.OP_READ);
      other.register(selector, SelectionKey.OP_READ);
      while (selector.select() == 0) {
        if (closed) {
          throw new ClosedChannelException();
        }
      }
      return mine.isReadable();
    } catch (CancelledKeyException e) {
      throw new IOException("closed while it waited", e);
    } finally {
      waiting = null;
      program.configureBlocking(true);
      other.configureBlocking(true);
    }
  }

  /// Whether the session has secrets that may be sent to a host.
  boolean hasSecretsFor(Destination to) throws NotConnected {
    return !placeholders(to).isEmpty();
  }

  private List<Placeholder> placeholders(Destination to) throws NotConnected {
    var known = placeholders;
    if (known == null) {
      known = way.placeholders(to);
      placeholders = known;
    }
    return known;
  }

  /// What is put into a request to a host.
  Substitution substitution(Destination to) throws NotConnected {
    return new Substitution(
        placeholders(to),
        (placeholder, inBody) -> {
          if (!encrypted && (admitted == null || PublicOnly.isPublic(admitted))) {
            throw new NotConnected(
                Verdict.Reason.UNENCRYPTED,
                to + " was refused: secrets are sent over the internet with https only");
          }
          return way.reveal(placeholder, to, inBody);
        });
  }

  /// Takes TLS off both sides: the program gets a certificate of this server's own authority, and
  /// the certificate of the host is checked. From now on, everything is read and sent without TLS.
  ///
  /// @param hello has been read from the program
  void decrypt(ClientHello hello, Destination to) throws IOException {
    var name = to.host().text();
    var first = new byte[hello.bytes().remaining()];
    hello.bytes().duplicate().get(first);
    var all = new SequenceInputStream(new ByteArrayInputStream(first), in.stream());
    Line answered;
    try {
      answered = way.authority(to).accept(inside, all, name);
    } catch (TlsFailure e) {
      denial = SILENT; // the failure was reported in TLS
      throw new NotConnected(Verdict.Reason.PROTOCOL, to + " was refused: " + e.why(), e);
    }
    inside = answered;
    in = new PeekedStream(answered);
    denyWith(HttpForward::response);
    expect(way.limits().head().plus(way.limits().connect()));
    try {
      outside = way.upstream().connect(connected(), name, to.port());
    } catch (TlsFailure e) {
      throw new NotConnected(Verdict.Reason.CERTIFICATE, to + " was not reached: " + e.why(), e);
    }
    encrypted = true;
    expect(way.limits().head());
  }

  /// Whether TLS was taken off.
  boolean isEncrypted() {
    return encrypted;
  }

  /// Reserves memory for a body of this length, until [#release]. Returns false if there is none.
  boolean reserve(long length) {
    return way.reserve(length);
  }

  void release(long length) {
    way.release(length);
  }

  /// Notes that the program still sends.
  void goesOn() {
    expect(way.limits().silence());
  }

  /// One of the two directions of a connection.
  interface Direction {
    void run() throws IOException, InterruptedException;
  }

  /// Runs both directions, each on its thread, until both have ended. If one fails, both end.
  void run(Direction up, Direction down) throws InterruptedException {
    denial = SILENT;
    expect(way.limits().silence());
    var other = Thread.ofVirtual().name("egress-up").start(() -> untilItFails(up));
    try {
      untilItFails(down);
    } finally {
      Threads.join(other);
    }
  }

  private void untilItFails(Direction direction) {
    try {
      direction.run();
    } catch (NotConnected e) {
      refuse(e);
      close();
    } catch (IOException | InterruptedException _) {
      close();
    } catch (RuntimeException e) {
      LOG.log(Level.ERROR, "a connection of a sandbox failed", e);
      close();
    }
  }

  private void copy(Line from, Line to, boolean up) throws IOException {
    var small = ByteBuffer.allocate(8 * 1024);
    ByteBuffer big = null;
    try {
      while (true) {
        var buffer = (big == null ? small : big).clear();
        int read = from.read(buffer);
        if (read < 0) {
          return;
        }
        count(up, read);
        buffer.flip();
        while (buffer.hasRemaining()) {
          to.write(buffer);
        }
        if (big == null && read == small.capacity()) {
          big = way.buffers().take();
        } else if (big != null && read <= small.capacity()) {
          way.buffers().give(big);
          big = null;
        }
      }
    } finally {
      if (big != null) {
        way.buffers().give(big);
      }
    }
  }

  private void count(boolean up, long bytes) throws NotConnected {
    (up ? sent : received).addAndGet(bytes);
    expect(half ? way.limits().half() : way.limits().silence());
    way.count(up, bytes, destination);
  }

  private void half() {
    half = true;
    expect(way.limits().half());
  }

  private synchronized void refuse(NotConnected e) {
    verdict = e.reason().label();
    refused = true;
    way.refused().add(e.words());
  }

  private void deny(NotConnected e) {
    refuse(e); // before the program can see it, and its command can end
    try {
      expect(LINGER);
      reply(denial.apply(e));
      inside.shutdownOutput();
      untilProgramEnds();
    } catch (IOException _) {
      // The program has gone, or does not end.
    }
  }

  @Override
  public void close() {
    synchronized (lock) {
      closed = true;
      if (worker != null && worker != Thread.currentThread()) {
        worker.interrupt();
      }
    }
    HandWay.close(program);
    HandWay.close(host);
    var selector = waiting;
    if (selector != null) {
      selector.wakeup();
    }
  }

  EgressTap.Ended ended() {
    return new EgressTap.Ended(
        way.session(),
        protocol,
        destination,
        verdict,
        refused,
        sent.get(),
        received.get(),
        System.nanoTime() - start);
  }
}
