package dev.drover.hands;

import dev.drover.session.EventId;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.BooleanSupplier;

/// A hand that runs the program `hand` at the other end of a byte stream. All input from it is
/// treated as hostile: a frame that violates the protocol ends the hand.
///
/// Safe for many threads. At most [#CALLS] calls run at once; further calls wait. A hand that does
/// not answer for three heartbeats is considered dead.
public final class FramedHand implements Hand, AutoCloseable {
  /// The number of calls that run at once.
  static final int CALLS = 64;

  private static final int PROTOCOL = 4;

  /// The first protocol with operations on files.
  private static final int FILES = 2;

  /// The first protocol in which one operation reads several files.
  private static final int SEVERAL = 3;

  /// The first protocol in which a hand sends the output of a command while it runs.
  private static final int LIVE = 4;

  /// The maximum size of one piece of such output, in bytes.
  private static final int OUTPUT_MAX = 16 << 10;

  /// The shortest time between two pieces in the long run. What a hand sends faster is left out.
  private static final long OUTPUT_NANOS = Duration.ofMillis(50).toNanos();

  /// How far pieces may be ahead of that. Those that were sent in time arrive together if this
  /// server was slow to read them, and none may follow the last one.
  private static final long AHEAD_NANOS = Duration.ofSeconds(5).toNanos();

  private static final String COMMANDS = "bash";
  private static final int RESULT_MAX = 4 << 20;
  private static final int PIECE = Frame.MAX - 64;
  private static final Duration CONFIRM = Duration.ofSeconds(2);
  private static final Duration LONGEST = Duration.ofHours(1);

  static final String NOT_RUN =
      "The sandbox was lost before this call started. The call did not run and had no effect."
          + " Please retry.";
  static final String LOST =
      "The sandbox was lost while this call was running. The call may or may not have taken effect:"
          + " check before you repeat it. Files in the working directory are kept; the shell's"
          + " state, background jobs and other files are gone. The next call gets a fresh sandbox.";

  /// The frames to write. The frames of one entry are written without other frames between them.
  private sealed interface Outgoing {
    record Call(int id, PendingCall pending, ByteBuffer request) implements Outgoing {}

    record One(Frame frame) implements Outgoing {}
  }

  private final ByteStream stream;
  private final Duration heartbeat;
  private final Runnable onDeath;
  private final Output output;
  private long nextOutput = System.nanoTime(); // of the thread that reads
  private long leftOut; // of the thread that reads
  private final Map<Integer, PendingCall> calls = new ConcurrentHashMap<>();

  /// The same calls by id. A repeated request waits for the call that already runs.
  private final Map<EventId, PendingCall> asked = new ConcurrentHashMap<>();

  private final Semaphore permits = new Semaphore(CALLS);
  private final BlockingQueue<Outgoing> outgoing = new ArrayBlockingQueue<>(4 * CALLS);
  private final AtomicInteger ids = new AtomicInteger();
  private final AtomicInteger unanswered = new AtomicInteger();
  private final AtomicBoolean dead = new AtomicBoolean();
  private final CountDownLatch ended = new CountDownLatch(1);
  private final CompletableFuture<Integer> hello = new CompletableFuture<>();
  private final Transfers files =
      new Transfers(this::put, ids::incrementAndGet, () -> hello.getNow(0) >= SEVERAL);

  /// Receives what a command prints while it runs, see [LiveOutput].
  @FunctionalInterface
  public interface Output {
    void printed(EventId call, String text, long leftOut);
  }

  private FramedHand(ByteStream stream, Duration heartbeat, Runnable onDeath, Output output) {
    this.stream = stream;
    this.heartbeat = heartbeat;
    this.onDeath = onDeath;
    this.output = output;
  }

  /// Takes over `stream` and waits for the greeting of the other side.
  ///
  /// @param onDeath runs once, on any thread, when the hand is dead; it must not block
  /// @throws IOException when the other end is not a `hand` of this version; the stream is then
  ///   closed
  public static FramedHand attach(
      ByteStream stream, Duration patience, Duration heartbeat, Runnable onDeath)
      throws IOException, InterruptedException {
    return attach(stream, patience, heartbeat, onDeath, (_, _, _) -> {});
  }

  /// As above.
  ///
  /// @param output must return at once
  public static FramedHand attach(
      ByteStream stream, Duration patience, Duration heartbeat, Runnable onDeath, Output output)
      throws IOException, InterruptedException {
    var hand = new FramedHand(stream, heartbeat, onDeath, output);
    Thread.ofVirtual().name("hand-reader").start(hand::readFrames);
    try {
      hand.hello.get(patience.toMillis(), TimeUnit.MILLISECONDS);
    } catch (ExecutionException e) {
      throw new IOException("no hand answered: " + reason(e), e);
    } catch (TimeoutException | InterruptedException e) {
      hand.die("it did not say hello");
      if (e instanceof InterruptedException interrupted) {
        throw interrupted;
      }
      throw new IOException("no hand answered within " + patience.toMillis() + " ms", e);
    }
    Thread.ofVirtual().name("hand-writer").start(hand::writeFrames);
    Thread.ofVirtual().name("hand-heartbeat").start(hand::beat);
    return hand;
  }

  public boolean isAlive() {
    return !dead.get();
  }

  @Override
  public ToolResult execute(ToolCall call) throws InterruptedException {
    return execute(call, () -> false);
  }

  /// As [#execute(ToolCall)], but when it is interrupted and `leaves` returns true, the call
  /// continues and can be requested again by its id, here or through another connection.
  public ToolResult execute(ToolCall call, BooleanSupplier leaves) throws InterruptedException {
    byte[] request;
    try {
      request = ToolInput.encode(call);
    } catch (ToolInput.Refused refused) {
      return ToolResult.error(refused.text());
    }
    var known = asked.get(call.id());
    if (known == null) {
      permits.acquire();
      var pending = new PendingCall(ids.incrementAndGet(), call);
      known = asked.putIfAbsent(call.id(), pending);
      if (known == null) {
        return await(send(pending, request), leaves);
      }
      permits.release();
    }
    return await(known, leaves);
  }

  private PendingCall send(PendingCall pending, byte[] request) throws InterruptedException {
    calls.put(pending.id, pending);
    try {
      outgoing.put(new Outgoing.Call(pending.id, pending, ByteBuffer.wrap(request)));
    } catch (InterruptedException e) {
      fail(pending);
      forget(pending);
      throw e;
    }
    if (dead.get()) {
      fail(pending);
    }
    return pending;
  }

  private ToolResult await(PendingCall pending, BooleanSupplier leaves)
      throws InterruptedException {
    boolean goesOn = false;
    try {
      return pending.result.get(LONGEST.toMillis(), TimeUnit.MILLISECONDS);
    } catch (InterruptedException e) {
      goesOn = leaves.getAsBoolean(); // the call keeps its permit until it ends
      if (!goesOn) {
        cancel(pending);
      }
      throw e;
    } catch (TimeoutException e) {
      die("a call did not end");
      return pending.result.getNow(ToolResult.lost(LOST));
    } catch (ExecutionException e) {
      throw new IllegalStateException("a call's result failed", e);
    } finally {
      if (!goesOn) {
        forget(pending);
      }
    }
  }

  private void forget(PendingCall pending) {
    if (calls.remove(pending.id, pending)) {
      asked.remove(pending.call.id(), pending);
      permits.release();
    }
  }

  /// Stops the call. If the hand does not confirm this, the hand is ended too.
  private void cancel(PendingCall pending) {
    if (pending.stage.compareAndSet(PendingCall.Stage.QUEUED, PendingCall.Stage.ABANDONED)) {
      fail(pending);
      return;
    }
    if (!outgoing.offer(new Outgoing.One(Frame.bare(Frame.CANCEL, pending.id)))) {
      die("a cancellation found no room");
      return;
    }
    long until = System.nanoTime() + CONFIRM.toNanos();
    boolean again = false;
    while (!pending.result.isDone()) {
      try {
        pending.result.get(until - System.nanoTime(), TimeUnit.NANOSECONDS);
      } catch (InterruptedException e) {
        again = true; // once is enough: the wait is short
      } catch (ExecutionException | TimeoutException e) {
        die("a cancellation was not confirmed");
      }
    }
    if (again) {
      Thread.currentThread().interrupt();
    }
  }

  /// Stops a running call at the other end, even if another server requested it. Does nothing if
  /// there is no such call. Returns at once; calls that are requested later are handled after it.
  public void stop(EventId call) {
    var name = ByteBuffer.wrap(call.value().getBytes(StandardCharsets.US_ASCII));
    if (!outgoing.offer(new Outgoing.One(new Frame(Frame.STOP, 0, name)))) {
      die("a stop found no room");
    }
  }

  /// The files of the session; empty if the hand is of protocol 1, which an older server made.
  public Optional<HandFiles> files() {
    return hello.getNow(0) < FILES ? Optional.empty() : Optional.of(files);
  }

  private void put(Frame frame) throws IOException, InterruptedException {
    while (!dead.get()) {
      if (outgoing.offer(new Outgoing.One(frame), 1, TimeUnit.SECONDS)) {
        return;
      }
    }
    throw new IOException("the hand is gone");
  }

  // ---- the three threads ----

  private void readFrames() {
    try {
      var first = Frame.read(stream.in());
      int protocol =
          first.op() == Frame.HELLO && first.payload().remaining() == 4
              ? first.payload().getInt()
              : 0;
      if (protocol < 1 || protocol > PROTOCOL) {
        throw new Frame.Violation("not a hand of protocol 1 to " + PROTOCOL);
      }
      hello.complete(protocol);
      while (true) {
        take(Frame.read(stream.in()));
      }
    } catch (IOException e) {
      hello.completeExceptionally(e);
      die(String.valueOf(e.getMessage()));
    }
  }

  private void take(Frame frame) throws IOException {
    switch (frame.op()) {
      case Frame.PONG -> {
        if (frame.id() != 0 || unanswered.getAndDecrement() <= 0) {
          throw new Frame.Violation("an answer to no ping");
        }
      }
      case Frame.PART -> add(sent(frame), frame.payload());
      case Frame.OUTPUT -> show(sent(frame), frame.payload());
      case Frame.RESULT -> {
        var pending = sent(frame);
        byte flag = frame.payload().hasRemaining() ? frame.payload().get() : -1;
        if (flag != 0 && flag != 1) {
          throw new Frame.Violation("a result without its flag");
        }
        add(pending, frame.payload());
        forget(pending);
        leftOut = 0; // the result has it
        var text = text(pending.text.toByteArray());
        pending.result.complete(flag == 0 ? ToolResult.success(text) : ToolResult.error(text));
      }
      default -> {
        if (!files.take(frame)) {
          throw new Frame.Violation("an unknown operation " + frame.op());
        }
      }
    }
  }

  private void show(PendingCall pending, ByteBuffer payload) throws Frame.Violation {
    if (hello.getNow(0) < LIVE
        || !pending.call.name().equals(COMMANDS)
        || payload.remaining() <= Integer.BYTES
        || payload.remaining() > OUTPUT_MAX) {
      throw new Frame.Violation("output that was not asked for");
    }
    leftOut += Integer.toUnsignedLong(payload.getInt());
    long ahead = Math.max(0, nextOutput - System.nanoTime());
    if (ahead > AHEAD_NANOS) {
      leftOut += payload.remaining();
      return;
    }
    nextOutput = System.nanoTime() + ahead + OUTPUT_NANOS;
    var bytes = new byte[payload.remaining()];
    payload.get(bytes);
    output.printed(pending.call.id(), text(bytes), leftOut);
    leftOut = 0;
  }

  private PendingCall sent(Frame frame) throws Frame.Violation {
    var pending = calls.get(frame.id());
    if (pending == null || pending.stage.get() != PendingCall.Stage.SENT) {
      throw new Frame.Violation("an answer to no call");
    }
    return pending;
  }

  private static String reason(ExecutionException e) {
    return e.getCause() == null ? "" : String.valueOf(e.getCause().getMessage());
  }

  private static void add(PendingCall pending, ByteBuffer payload) throws Frame.Violation {
    if (pending.text.size() + payload.remaining() > RESULT_MAX) {
      throw new Frame.Violation("a result without end");
    }
    pending.text.write(
        payload.array(), payload.arrayOffset() + payload.position(), payload.remaining());
  }

  /// Removes NUL and bytes that are not UTF-8, which logs and models cannot use.
  private static String text(byte[] bytes) {
    return new String(bytes, StandardCharsets.UTF_8).replace('\0', '\uFFFD');
  }

  private void writeFrames() {
    try {
      while (!dead.get()) {
        switch (outgoing.take()) {
          case Outgoing.One(var frame) -> write(frame);
          case Outgoing.Call(var id, var pending, var request) -> {
            if (pending.stage.compareAndSet(PendingCall.Stage.QUEUED, PendingCall.Stage.SENT)) {
              write(id, request);
              if (pending.call.name().equals(COMMANDS) && hello.getNow(0) >= LIVE) {
                write(Frame.bare(Frame.WATCH, id));
              }
            }
          }
        }
      }
    } catch (IOException e) {
      die(String.valueOf(e.getMessage()));
    } catch (InterruptedException e) {
      die("its writer was interrupted");
    }
  }

  private void write(int id, ByteBuffer request) throws IOException {
    while (request.remaining() > PIECE) {
      write(new Frame(Frame.PART, id, request.slice(request.position(), PIECE)));
      request.position(request.position() + PIECE);
    }
    write(new Frame(Frame.CALL, id, request.slice()));
  }

  private void write(Frame frame) throws IOException {
    stream.out().write(frame.encoded());
    stream.out().flush();
  }

  private void beat() {
    try {
      while (!ended.await(heartbeat.toMillis(), TimeUnit.MILLISECONDS)) {
        if (unanswered.incrementAndGet() > 3) {
          die("it missed three heartbeats");
        } else {
          outgoing.offer(new Outgoing.One(Frame.bare(Frame.PING, 0)));
        }
      }
    } catch (InterruptedException e) {
      die("its heartbeat was interrupted");
    }
  }

  // ---- death ----

  private void fail(PendingCall pending) {
    boolean sent =
        !pending.stage.compareAndSet(PendingCall.Stage.QUEUED, PendingCall.Stage.ABANDONED)
            && pending.stage.get() != PendingCall.Stage.ABANDONED;
    pending.result.complete(
        sent || pending.call.again() ? ToolResult.lost(LOST) : ToolResult.error(NOT_RUN));
  }

  private void die(String reason) {
    if (!dead.compareAndSet(false, true)) {
      return;
    }
    System.getLogger(FramedHand.class.getName())
        .log(System.Logger.Level.DEBUG, "a hand is gone: {0}", reason);
    ended.countDown();
    try {
      stream.end().close();
    } catch (IOException e) {
      // The stream counts as closed in any case.
    }
    hello.completeExceptionally(new IOException(reason));
    outgoing.clear();
    outgoing.offer(new Outgoing.One(Frame.bare(Frame.PING, 0))); // wakes the writer
    onDeath.run();
    calls.values().forEach(this::fail);
    files.lose(reason);
  }

  /// Detaches from the hand: callers that wait lose their calls, but the calls continue if the hand
  /// does. Idempotent. The creator of the hand ends it.
  @Override
  public void close() {
    die("closed");
  }
}
