package dev.drover.hands;

import dev.drover.session.EventId;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Map;
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
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.BooleanSupplier;

/// A program `hand` at the other end of one stream, however that stream came to be. Everything that
/// arrives is hostile: a frame that the protocol does not have room for ends the hand.
///
/// Safe for many threads. No more than [#CALLS] calls are under way; further ones wait. Silence for
/// three heartbeats is death.
public final class FramedHand implements Hand, AutoCloseable {
  /// Calls under way at once.
  static final int CALLS = 64;

  private static final int PROTOCOL = 1;
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

  private enum Stage {
    QUEUED,
    SENT,
    ABANDONED
  }

  private static final class Pending {
    final int id;
    final ToolCall call;
    final CompletableFuture<ToolResult> result = new CompletableFuture<>();
    final AtomicReference<Stage> stage = new AtomicReference<>(Stage.QUEUED);
    final ByteArrayOutputStream text = new ByteArrayOutputStream();

    Pending(int id, ToolCall call) {
      this.id = id;
      this.call = call;
    }
  }

  /// What waits to be written. Frames of one entry are written without others between them.
  private sealed interface Outgoing {
    record Call(int id, Pending pending, ByteBuffer request) implements Outgoing {}

    record One(Frame frame) implements Outgoing {}
  }

  private final ByteStream stream;
  private final Duration heartbeat;
  private final Runnable onDeath;
  private final Map<Integer, Pending> calls = new ConcurrentHashMap<>();

  /// The same, by what they are called. Whoever asks for one again waits for it, too, or instead.
  private final Map<EventId, Pending> asked = new ConcurrentHashMap<>();

  private final Semaphore permits = new Semaphore(CALLS);
  private final BlockingQueue<Outgoing> outgoing = new ArrayBlockingQueue<>(4 * CALLS);
  private final AtomicInteger ids = new AtomicInteger();
  private final AtomicInteger unanswered = new AtomicInteger();
  private final AtomicBoolean dead = new AtomicBoolean();
  private final CountDownLatch ended = new CountDownLatch(1);
  private final CompletableFuture<Void> hello = new CompletableFuture<>();

  private FramedHand(ByteStream stream, Duration heartbeat, Runnable onDeath) {
    this.stream = stream;
    this.heartbeat = heartbeat;
    this.onDeath = onDeath;
  }

  /// Takes over `stream` and waits for the other side to say what it is.
  ///
  /// @param onDeath runs once, on any thread, when the hand is dead; it must not block
  /// @throws IOException when there is no `hand` of our version at the other end; the stream is
  ///   closed then
  public static FramedHand attach(
      ByteStream stream, Duration patience, Duration heartbeat, Runnable onDeath)
      throws IOException, InterruptedException {
    var hand = new FramedHand(stream, heartbeat, onDeath);
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

  /// As [#execute(ToolCall)], but when it is interrupted and `leaves` says so, the call goes on, to
  /// be asked for again under its id, here or through another connection.
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
      var pending = new Pending(ids.incrementAndGet(), call);
      known = asked.putIfAbsent(call.id(), pending);
      if (known == null) {
        return await(send(pending, request), leaves);
      }
      permits.release();
    }
    return await(known, leaves);
  }

  private Pending send(Pending pending, byte[] request) throws InterruptedException {
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

  private ToolResult await(Pending pending, BooleanSupplier leaves) throws InterruptedException {
    boolean goesOn = false;
    try {
      return pending.result.get(LONGEST.toMillis(), TimeUnit.MILLISECONDS);
    } catch (InterruptedException e) {
      goesOn = leaves.getAsBoolean(); // and keeps its permit until it ends
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

  private void forget(Pending pending) {
    if (calls.remove(pending.id, pending)) {
      asked.remove(pending.call.id(), pending);
      permits.release();
    }
  }

  /// Stops the call, and the hand with it if the hand does not confirm.
  private void cancel(Pending pending) {
    if (pending.stage.compareAndSet(Stage.QUEUED, Stage.ABANDONED)) {
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

  /// Stops a call that is under way at the other end, whoever asked for it. Nothing if there is
  /// none. Returns at once; calls asked for later come after it.
  public void stop(EventId call) {
    var name = ByteBuffer.wrap(call.value().getBytes(StandardCharsets.US_ASCII));
    if (!outgoing.offer(new Outgoing.One(new Frame(Frame.STOP, 0, name)))) {
      die("a stop found no room");
    }
  }

  // ---- the three threads ----

  private void readFrames() {
    try {
      var first = Frame.read(stream.in());
      if (first.op() != Frame.HELLO
          || first.payload().remaining() != 4
          || first.payload().getInt() != PROTOCOL) {
        throw new Frame.Violation("not a hand of protocol " + PROTOCOL);
      }
      hello.complete(null);
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
      case Frame.RESULT -> {
        var pending = sent(frame);
        byte flag = frame.payload().hasRemaining() ? frame.payload().get() : -1;
        if (flag != 0 && flag != 1) {
          throw new Frame.Violation("a result without its flag");
        }
        add(pending, frame.payload());
        forget(pending);
        var text = text(pending.text.toByteArray());
        pending.result.complete(flag == 0 ? ToolResult.success(text) : ToolResult.error(text));
      }
      default -> throw new Frame.Violation("an unknown operation " + frame.op());
    }
  }

  private Pending sent(Frame frame) throws Frame.Violation {
    var pending = calls.get(frame.id());
    if (pending == null || pending.stage.get() != Stage.SENT) {
      throw new Frame.Violation("an answer to no call");
    }
    return pending;
  }

  private static String reason(ExecutionException e) {
    return e.getCause() == null ? "" : String.valueOf(e.getCause().getMessage());
  }

  private static void add(Pending pending, ByteBuffer payload) throws Frame.Violation {
    if (pending.text.size() + payload.remaining() > RESULT_MAX) {
      throw new Frame.Violation("a result without end");
    }
    pending.text.write(
        payload.array(), payload.arrayOffset() + payload.position(), payload.remaining());
  }

  /// A log and a model have no use for NUL, nor for bytes that are not UTF-8.
  private static String text(byte[] bytes) {
    return new String(bytes, StandardCharsets.UTF_8).replace('\0', '\uFFFD');
  }

  private void writeFrames() {
    try {
      while (!dead.get()) {
        switch (outgoing.take()) {
          case Outgoing.One(var frame) -> write(frame);
          case Outgoing.Call(var id, var pending, var request) -> {
            if (pending.stage.compareAndSet(Stage.QUEUED, Stage.SENT)) {
              write(id, request);
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

  private void fail(Pending pending) {
    boolean sent =
        !pending.stage.compareAndSet(Stage.QUEUED, Stage.ABANDONED)
            && pending.stage.get() != Stage.ABANDONED;
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
      // It is closed as far as we are concerned.
    }
    hello.completeExceptionally(new IOException(reason));
    outgoing.clear();
    outgoing.offer(new Outgoing.One(Frame.bare(Frame.PING, 0))); // wakes the writer
    onDeath.run();
    calls.values().forEach(this::fail);
  }

  /// Lets go of the hand: calls under way are lost to those who wait for them, and go on if the
  /// hand does. Idempotent. Whoever made the hand ends it.
  @Override
  public void close() {
    die("closed");
  }
}
