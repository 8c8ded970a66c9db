package dev.drover.api;

import dev.drover.session.Lease;
import java.time.Duration;
import java.util.Optional;
import java.util.Set;
import java.util.function.Supplier;

/// What an operator sees of the server.
///
/// @param unready why the server should get no requests now; empty: it may. Asked for each look
/// @param metrics the figures, as text; asked for each look
/// @param metricsType the media type of that text
/// @param awake the leases of brains that are awake on this node
/// @param requests told of each request
public record Operations(
    Supplier<Optional<String>> unready,
    Supplier<String> metrics,
    String metricsType,
    Supplier<Set<Lease>> awake,
    Requests requests) {
  /// Always ready, measured by nobody, and without a brain.
  public static final Operations NONE =
      new Operations(Optional::empty, () -> "", "text/plain", Set::of, _ -> {});

  /// Hears of each request when it is over, on its thread: must be quick and never throw. Requests
  /// that are not HTTP never become one.
  @FunctionalInterface
  public interface Requests {
    void over(Request request);
  }

  /// A request that is over.
  ///
  /// @param route the path's template, or `none` where there is no such path
  /// @param status of the answer; 0 if there was none
  /// @param streamed the answer had no end of its own
  /// @param session the id that the path names, if it has the form of one
  public record Request(
      String id,
      String method,
      String route,
      int status,
      Duration took,
      boolean streamed,
      Optional<String> session) {
    private static final Set<String> METHODS =
        Set.of("GET", "HEAD", "POST", "DELETE", "OPTIONS", "PUT", "PATCH");

    public Request {
      method = METHODS.contains(method) ? method : "other";
    }
  }
}
