package dev.drover.store.blobs;

import dev.drover.base.Pause;
import dev.drover.base.Problem;
import dev.drover.http.Guard;
import dev.drover.http.Outbound;
import dev.drover.http.Payload;
import dev.drover.http.Response;
import dev.drover.http.Unreachable;
import dev.drover.store.BucketSettings;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.System.Logger.Level;
import java.time.Duration;
import java.util.Objects;
import java.util.function.LongSupplier;
import java.util.random.RandomGenerator;

/// Sends calls to an S3-compatible server, and repeats those that fail for a reason that may pass.
/// So each call must be idempotent. Safe for many threads.
final class S3Client implements AutoCloseable {
  private static final int TRIES = 3;
  private static final Duration CONNECT = Duration.ofSeconds(3);

  /// The time for an answer, if the call has no body, and how much more a body may take.
  private static final Duration ANSWER = Duration.ofSeconds(10);

  private static final long SLOWEST_BYTES_PER_SECOND = 256 << 10;
  private static final Duration FIRST_PAUSE = Duration.ofMillis(100);

  /// The time between two parts of an answer.
  static final Duration IDLE = Duration.ofSeconds(20);

  private static final System.Logger LOG = System.getLogger(S3Client.class.getName());

  private final Outbound outbound = new Outbound(Guard.NONE, CONNECT);
  private final S3Signer signer;
  private final Outage outage;
  private final Pause pause;
  private final RandomGenerator random;

  S3Client(BucketSettings bucket, Pause pause, RandomGenerator random, LongSupplier nanos) {
    signer = new S3Signer(bucket);
    outage = new Outage(bucket.shown(), nanos);
    this.pause = pause;
    this.random = random;
  }

  /// Reads an answer whose status is that of a success.
  interface Reading<T> {
    /// @param response is closed by the caller, unless this returns something that closes it
    T read(Response response) throws IOException, InterruptedException;
  }

  /// The answer of a call.
  ///
  /// @throws S3Failure if it fails
  /// @throws Problem `UNAVAILABLE` if the server did not answer just now
  <T> T call(S3Call call, Reading<T> reading) throws S3Failure, InterruptedException {
    var away = outage.now();
    if (away.isPresent()) {
      throw unavailable(away.get());
    }
    for (int tries = 1; ; tries++) {
      try {
        var result = once(call, reading);
        outage.answered();
        return result;
      } catch (S3Failure e) {
        if (!e.mayPass()) {
          outage.answered();
          throw e;
        }
        outage.failed(e);
        if (tries == TRIES || outage.now().isPresent()) {
          throw e;
        }
        pause.pause(FIRST_PAUSE.multipliedBy(random.nextInt(1, 2 << tries)));
      }
    }
  }

  private <T> T once(S3Call call, Reading<T> reading) throws S3Failure, InterruptedException {
    Response response;
    try {
      response = outbound.send(signer.sign(call), time(call));
    } catch (Unreachable e) {
      throw S3Failure.of(e);
    } catch (UncheckedIOException e) {
      throw S3Failure.of(Objects.requireNonNull(e.getCause()));
    }
    boolean read = false;
    try {
      if (response.status() / 100 != 2) {
        throw S3Failure.of(response);
      }
      var result = reading.read(response);
      read = true;
      return result;
    } catch (S3Failure e) {
      throw e;
    } catch (IOException e) {
      throw S3Failure.of(e);
    } finally {
      if (!read) {
        response.close();
      }
    }
  }

  private static Duration time(S3Call call) {
    return call.payload()
        .filter(Payload.FilePart.class::isInstance)
        .map(Payload.FilePart.class::cast)
        .map(part -> ANSWER.plusSeconds(part.count() / SLOWEST_BYTES_PER_SECOND))
        .orElse(ANSWER);
  }

  /// What clients see of a failure.
  Problem unavailable(S3Failure cause) {
    if (!cause.mayPass()) {
      LOG.log(Level.WARNING, "blob store refused a request: " + cause.getMessage());
      return Problem.unavailable("The blob store refused a request of the server.", cause);
    }
    return Problem.unavailable("The blob store does not answer. Please retry.", cause);
  }

  @Override
  public void close() {
    outbound.close();
  }
}
