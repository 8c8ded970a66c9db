package dev.drover.telemetry;

import dev.drover.api.Operations;
import java.lang.System.Logger.Level;
import java.time.Duration;

/// A log and counter of HTTP requests. Each is logged at `DEBUG`, or at a higher level if it failed
/// or was slow.
public final class RequestLog implements Operations.Requests {
  private static final System.Logger LOG = System.getLogger(RequestLog.class.getName());
  private static final Duration SLOW = Duration.ofSeconds(2);

  private final Meters meters;

  public RequestLog(Meters meters) {
    this.meters = meters;
  }

  @Override
  public void over(Operations.Request request) {
    var status = request.status() == 0 ? "none" : Integer.toString(request.status());
    meters.requests.increment(request.method(), request.route(), status);
    if (!request.streamed()) {
      meters.requestSeconds.observe(
          request.took().toNanos() / 1e9, request.method(), request.route());
    }
    var level = level(request);
    if (LOG.isLoggable(level)) {
      LOG.log(level, "request", facts(request, status));
    }
  }

  private static Level level(Operations.Request request) {
    if (request.status() >= 500) {
      return Level.WARNING;
    }
    boolean slow = !request.streamed() && request.took().compareTo(SLOW) > 0;
    return slow ? Level.INFO : Level.DEBUG;
  }

  private static Facts facts(Operations.Request request, String status) {
    return Facts.of(
        "request",
        request.id(),
        "method",
        request.method(),
        "route",
        request.route(),
        "status",
        status,
        "duration_ms",
        Facts.millis(request.took().toNanos()),
        "session",
        request.session().orElse("-"));
  }
}
