package dev.drover.model.http;

import java.net.http.HttpResponse;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Flow;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/// The body of one HTTP response, read by one thread that can be interrupted and that notices when
/// nothing comes any more. The JDK's own input stream knows no such timeout.
///
/// [#close()] before the end cuts the connection; after the end it is kept for the next request.
final class Incoming implements HttpResponse.BodySubscriber<Incoming>, Chunks, AutoCloseable {
  /// Stretches of up to 16 KiB that may wait for the reader.
  private static final int WAITING = 16;

  private sealed interface Signal {
    record Bytes(List<ByteBuffer> buffers) implements Signal {}

    record End() implements Signal {}

    record Lost() implements Signal {}
  }

  private final BlockingQueue<Signal> signals = new LinkedBlockingQueue<>();
  private final EventPatience patience;
  private final String address;
  private Flow.@Nullable Subscription subscription;
  private boolean closed;
  private boolean ended;

  /// @param address whose body this is, as it may be shown
  Incoming(EventPatience patience, String address) {
    this.patience = patience;
    this.address = address;
  }

  @Override
  public byte @Nullable [] next() throws Broken, InterruptedException {
    return next(patience.left());
  }

  /// The next stretch, if it comes within `limit`.
  byte @Nullable [] next(Duration limit) throws Broken, InterruptedException {
    while (!ended) {
      if (limit.isNegative()) {
        throw stalled();
      }
      switch (signals.poll(limit.toNanos(), TimeUnit.NANOSECONDS)) {
        case null -> throw stalled();
        case Signal.End _ -> ended = true;
        case Signal.Lost _ -> throw new Broken("the connection to the model server was lost");
        case Signal.Bytes(var buffers) -> {
          more();
          var bytes = joined(buffers);
          if (bytes.length > 0) {
            return bytes;
          }
        }
      }
    }
    return null;
  }

  private Broken stalled() {
    return new Broken("the model server at " + address + " stalled: " + patience.missed());
  }

  /// Reads what is left if it is little and comes soon, so that the connection can be used again.
  void drain(Duration limit, int most) throws InterruptedException {
    try {
      int seen = 0;
      while (seen < most) {
        var bytes = next(limit);
        if (bytes == null) {
          return;
        }
        seen += bytes.length;
      }
    } catch (Broken _) {
      // then it is not used again
    }
  }

  private static byte[] joined(List<ByteBuffer> buffers) {
    var bytes = new byte[buffers.stream().mapToInt(ByteBuffer::remaining).sum()];
    int at = 0;
    for (var buffer : buffers) {
      int length = buffer.remaining();
      buffer.get(bytes, at, length);
      at += length;
    }
    return bytes;
  }

  private synchronized void more() {
    if (subscription != null) {
      subscription.request(1);
    }
  }

  /// Also when the response has not begun: then it ends as soon as it does.
  @Override
  public synchronized void close() {
    closed = true;
    if (subscription != null && !ended) {
      subscription.cancel();
    }
  }

  @Override
  public synchronized void onSubscribe(Flow.Subscription offered) {
    subscription = offered;
    if (closed) {
      offered.cancel();
    } else {
      offered.request(WAITING);
    }
  }

  @Override
  public void onNext(List<ByteBuffer> buffers) {
    signals.add(new Signal.Bytes(buffers));
  }

  @Override
  public void onError(Throwable cause) {
    signals.add(new Signal.Lost());
  }

  @Override
  public void onComplete() {
    signals.add(new Signal.End());
  }

  @Override
  public CompletionStage<Incoming> getBody() {
    return CompletableFuture.completedStage(this);
  }
}
