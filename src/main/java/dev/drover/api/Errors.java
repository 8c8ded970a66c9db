package dev.drover.api;

import dev.drover.base.Ids;
import dev.drover.base.Json;
import dev.drover.base.Problem;
import io.helidon.http.DirectHandler;
import io.helidon.http.DirectHandler.EventType;
import io.helidon.http.HeaderNames;
import io.helidon.http.Status;
import io.helidon.webserver.http.DirectHandlers;
import java.lang.System.Logger.Level;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/// The error responses of the protocol. It converts problems to responses, and logs internal errors
/// once.
final class Errors {
  private static final System.Logger LOG = System.getLogger(Errors.class.getName());

  private Errors() {}

  /// An error response.
  ///
  /// @param fields further fields of `error`
  record Failure(
      int status, String type, String message, @Nullable String code, Map<String, String> fields) {
    Failure(int status, String type, String message, @Nullable String code) {
      this(status, type, message, code, Map.of());
    }

    Json.Obj body(String requestId) {
      var error = new LinkedHashMap<String, Json>();
      error.put("type", Json.of(type));
      error.put("message", Json.of(message));
      new TreeMap<>(fields).forEach((name, value) -> error.put(name, Json.of(value)));
      if (code != null) {
        error.put("details", Json.obj("error_code", code));
      }
      return Json.obj("type", "error", "error", new Json.Obj(error), "request_id", requestId);
    }

    /// The headers that tell the client how to react, as the protocol defines them.
    Map<String, String> headers() {
      return switch (status) {
        case 401 -> Map.of("www-authenticate", "Bearer");
        case 409 -> Map.of("x-should-retry", "false");
        case 429, 503 -> Map.of("retry-after", "1");
        default -> Map.of();
      };
    }
  }

  /// A refusal with a status of its own, for what is not a [Problem] of the caller's request.
  static final class Refusal extends RuntimeException {
    private static final long serialVersionUID = 1;

    private final transient Failure failure;

    Refusal(Failure failure) {
      super(failure.message());
      this.failure = failure;
    }

    Failure failure() {
      return failure;
    }
  }

  /// The response to a problem.
  static Failure of(Problem problem) {
    int status =
        switch (problem.kind()) {
          case INVALID_REQUEST -> 400;
          case AUTHENTICATION -> 401;
          case PERMISSION -> 403;
          case NOT_FOUND -> 404;
          case CONFLICT -> 409;
          case TOO_LARGE -> 413;
          case API -> 500;
          case UNAVAILABLE -> 503;
        };
    var particulars = problem.particulars();
    return new Failure(
        status,
        particulars.map(Problem.Particulars::type).orElse(type(status)),
        String.valueOf(problem.getMessage()),
        problem.code().orElse(null),
        particulars.map(Problem.Particulars::fields).orElse(Map.of()));
  }

  /// The response to a bug in the server.
  static Failure internal() {
    return new Failure(500, "api_error", "Internal server error", null);
  }

  static String type(int status) {
    return switch (status) {
      case 401 -> "authentication_error";
      case 403 -> "permission_error";
      case 404 -> "not_found_error";
      case 408 -> "timeout_error";
      case 409 -> "conflict_error";
      case 413 -> "request_too_large";
      case 429 -> "rate_limit_error";
      default -> status >= 500 ? "api_error" : "invalid_request_error";
    };
  }

  /// Logs a failure and its stack trace. A temporary failure takes one line, because every request
  /// fails in this way while a database is unavailable; its stack trace is logged only at level
  /// `DEBUG`. Messages of exceptions may quote what a client sent, so only those of our own checks
  /// are logged.
  static void log(String requestId, Throwable thrown) {
    boolean passes =
        thrown instanceof Problem problem && problem.kind() == Problem.Kind.UNAVAILABLE;
    int most = passes && !LOG.isLoggable(Level.DEBUG) ? 0 : 20;
    var text = new StringBuilder("request ").append(requestId).append(" failed");
    int depth = 0;
    for (Throwable cause = thrown; cause != null && depth < 8; cause = cause.getCause(), depth++) {
      text.append(passes ? "; " : "\n  ").append(cause.getClass().getName());
      if (cause instanceof IllegalStateException || cause instanceof Problem) {
        text.append(": ").append(cause.getMessage());
      }
      var frames = cause.getStackTrace();
      for (int i = 0; i < Math.min(frames.length, most); i++) {
        text.append("\n    at ").append(frames[i]);
      }
    }
    LOG.log(passes ? Level.WARNING : Level.ERROR, text.toString());
  }

  /// The responses to requests that cannot be parsed, such as those with an invalid request line or
  /// header.
  static DirectHandlers unreadable(Ids ids) {
    DirectHandler handler =
        (_, event, status, headers, _) -> {
          int code = event == EventType.INTERNAL_ERROR ? 500 : status.code();
          var requestId = ids.next("req_");
          var failure =
              new Failure(
                  code,
                  type(code),
                  switch (code) {
                    case 413 -> RequestBody.TOO_LARGE;
                    case 500 -> internal().message();
                    default ->
                        "The request is not valid HTTP: " + Status.create(code).reasonPhrase();
                  },
                  null);
          headers.set(HeaderNames.CONTENT_TYPE, "application/json");
          headers.set(Exchange.REQUEST_ID, requestId);
          headers.set(Exchange.ORGANIZATION, Exchange.ORGANIZATION_ID);
          return DirectHandler.TransportResponse.builder()
              .status(Status.create(code))
              .headers(headers)
              .keepAlive(false)
              .entity(failure.body(requestId).toString())
              .build();
        };
    var handlers = DirectHandlers.builder();
    for (var event : EventType.values()) {
      handlers.addHandler(event, handler);
    }
    return handlers.build();
  }
}
