package dev.drover.api;

import dev.drover.base.Json;
import dev.drover.session.Lease;
import java.time.Duration;
import java.util.Optional;
import java.util.Set;
import java.util.function.IntFunction;
import java.util.function.Supplier;

/// The connection between the API and the operation of the server.
///
/// @param unready the reason why the server should get no requests now; empty if it is ready.
///   Called for each check
/// @param metrics the metrics as text. Called for each request of them
/// @param metricsType the media type of that text
/// @param awake the leases of the brains that are awake on this node
/// @param figures the figures of the last minutes, as JSON; takes the number of minutes
/// @param requests notified of each finished request
public record Operations(
    Supplier<Optional<String>> unready,
    Supplier<String> metrics,
    String metricsType,
    Supplier<Set<Lease>> awake,
    IntFunction<Json> figures,
    Requests requests) {
  /// Operations of a server that is always ready and has no metrics and no brain.
  public static final Operations NONE =
      new Operations(
          Optional::empty,
          () -> "",
          "text/plain",
          Set::of,
          _ -> Json.obj("type", "figures", "interval_ms", 0, "data", Json.arr()),
          _ -> {});

  /// The observer of finished requests. It is called on the thread of the request, must be fast,
  /// and must never throw. It is not called for requests that are not valid HTTP.
  @FunctionalInterface
  public interface Requests {
    void over(Request request);
  }

  /// A finished request.
  ///
  /// @param route the template of the path, or `none` if no route matches
  /// @param status the status of the response; 0 if there was none
  /// @param streamed whether the response was an event stream
  /// @param session the session id in the path, if it is well-formed
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
