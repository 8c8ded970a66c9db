package dev.drover.http;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.http.HttpResponse;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Flow;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/// The body of one HTTP response, read by one thread, which can be interrupted and has a time limit
/// for each chunk. The JDK's own input stream has no such limit.
///
/// [#close()] before the end closes the connection; after the end the connection is kept for the
/// next request.
public final class Incoming implements HttpResponse.BodySubscriber<Incoming>, AutoCloseable {
  /// The maximum number of chunks, of up to 16 KiB each, that wait for the reader.
  private static final int WAITING = 16;

  private sealed interface Signal {
    record Bytes(List<ByteBuffer> buffers) implements Signal {}

    record End() implements Signal {}

    record Lost(@Nullable Throwable cause) implements Signal {}
  }

  private final BlockingQueue<Signal> signals = new LinkedBlockingQueue<>();
  private Flow.@Nullable Subscription subscription;
  private boolean closed;
  private volatile boolean ended;

  Incoming() {}

  /// The next chunk, never empty; null at the end.
  ///
  /// @param limit the maximum time to wait
  /// @throws BodyStalled if no chunk arrives within `limit`
  /// @throws IOException if the connection is lost, or was closed by [#close()]
  public byte @Nullable [] next(Duration limit) throws IOException, InterruptedException {
    while (!ended) {
      if (limit.isNegative()) {
        throw new BodyStalled(limit);
      }
      switch (signals.poll(limit.toNanos(), TimeUnit.NANOSECONDS)) {
        case null -> throw new BodyStalled(limit);
        case Signal.End _ -> ended = true;
        case Signal.Lost(var cause) -> {
          signals.add(new Signal.Lost(cause));
          throw new IOException("the connection was lost", cause);
        }
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

  /// The whole body as text.
  ///
  /// @param limit the maximum time to wait for each chunk
  /// @param most the maximum length in bytes
  /// @throws BodyTooLong if it is longer than `most`
  /// @throws IOException as [#next(Duration)] does
  public String text(Duration limit, int most) throws IOException, InterruptedException {
    var text = new ByteArrayOutputStream();
    for (var bytes = next(limit); bytes != null; bytes = next(limit)) {
      if (bytes.length > most - text.size()) {
        throw new BodyTooLong(BodyTooLong.Part.BODY, most);
      }
      text.writeBytes(bytes);
    }
    return text.toString(StandardCharsets.UTF_8);
  }

  /// Reads the rest of the body if it is short and arrives soon, so that the connection can be
  /// reused.
  public void drain(Duration limit, int most) throws InterruptedException {
    try {
      int seen = 0;
      while (seen < most) {
        var bytes = next(limit);
        if (bytes == null) {
          return;
        }
        seen += bytes.length;
      }
    } catch (IOException _) {
      // then it is not used again
    }
  }

  /// Whether the reader has seen the end of the body, so that the connection can be used again.
  public boolean isEnded() {
    return ended;
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

  /// Closes the body. Can be called by any thread, also before the response has begun; the response
  /// is then cancelled as soon as it begins.
  @Override
  public synchronized void close() {
    closed = true;
    if (!ended) {
      if (subscription != null) {
        subscription.cancel();
      }
      signals.add(new Signal.Lost(null));
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
    signals.add(new Signal.Lost(cause));
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
