package dev.drover.api;

import dev.drover.base.Ids;
import dev.drover.base.Problem;
import io.helidon.http.RequestException;
import io.helidon.webserver.CloseConnectionException;
import io.helidon.webserver.http.Handler;
import io.helidon.webserver.http.ServerRequest;
import io.helidon.webserver.http.ServerResponse;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/// Finds the action for a request and answers for whatever it throws. First the path (404 even
/// without a key), then the method, then the key. Routes are added before the first request.
final class Router implements Handler {
  /// @throws Problem for what the caller can act on
  @FunctionalInterface
  interface Action {
    void run(Exchange exchange) throws InterruptedException;
  }

  /// What answers a method on a path.
  ///
  /// @param template the path: `{}` is a name, a last `**` any rest
  /// @param path its segments, where `{+}` is a name that may have escaped slashes in it
  /// @param open needs no key
  record Route(String method, String template, List<String> path, boolean open, Action action) {
    Route(String method, String template, boolean open, Action action) {
      this(method, template.replace("{+}", "{}"), Segments.of(template), open, action);
    }

    /// The variable segments, or null when the path is another.
    @Nullable List<String> match(List<String> segments) {
      boolean rest = path.getLast().equals("**");
      int fixed = rest ? path.size() - 1 : path.size();
      if (rest ? segments.size() < fixed : segments.size() != fixed) {
        return null;
      }
      var parameters = new ArrayList<String>();
      for (int i = 0; i < fixed; i++) {
        if (isVariable(path.get(i), segments.get(i))) {
          parameters.add(segments.get(i));
        } else if (!path.get(i).equals(segments.get(i))) {
          return null;
        }
      }
      return parameters;
    }

    private static boolean isVariable(String pattern, String segment) {
      return switch (pattern) {
        case "{}" -> Segments.isName(segment);
        case "{+}" -> Segments.isNameWithSlashes(segment);
        default -> false;
      };
    }
  }

  private final List<Route> routes = new ArrayList<>();
  private final Auth auth;
  private final Ids ids;
  private final Operations.Requests requests;
  private final OpenConnections connections;
  private final RequestMemory.Budgets budgets;

  /// @param requests told of each request when it is over
  Router(
      Auth auth,
      Ids ids,
      Operations.Requests requests,
      OpenConnections connections,
      RequestMemory.Budgets budgets) {
    this.budgets = budgets;
    this.auth = auth;
    this.ids = ids;
    this.requests = requests;
    this.connections = connections;
  }

  void get(String path, Action action) {
    routes.add(new Route("GET", path, false, action));
  }

  void post(String path, Action action) {
    routes.add(new Route("POST", path, false, action));
  }

  void delete(String path, Action action) {
    routes.add(new Route("DELETE", path, false, action));
  }

  /// A path that needs no key.
  void open(String path, Action action) {
    routes.add(new Route("GET", path, true, action));
  }

  /// In the order in which they are looked at.
  List<Route> routes() {
    return List.copyOf(routes);
  }

  @Override
  public void handle(ServerRequest request, ServerResponse response) {
    long start = System.nanoTime();
    var connection = connections.current();
    var memory = new RequestMemory(budgets);
    var exchange = new Exchange(request, response, ids.next("req_"), connection, memory);
    try (memory) {
      answer(exchange);
    } finally {
      requests.over(exchange.over(Duration.ofNanos(System.nanoTime() - start)));
    }
    exchange.finish();
    connection.begin(); // for the rest of a body that nobody wanted, and for the next request
  }

  private void answer(Exchange exchange) {
    try {
      route(exchange);
    } catch (Problem problem) {
      if (problem.getCause() != null) {
        Errors.log(exchange.requestId(), problem);
      }
      refuse(exchange, Errors.of(problem));
    } catch (CloseConnectionException | RequestException e) {
      throw e;
    } catch (InterruptedException e) {
      throw new CloseConnectionException("the server stops", e);
    } catch (RuntimeException | StackOverflowError | OutOfMemoryError e) {
      Errors.log(exchange.requestId(), e);
      refuse(exchange, Errors.internal());
    }
  }

  private void route(Exchange exchange) throws InterruptedException {
    var segments = Segments.decoded(exchange.path());
    var method = exchange.isHead() ? "GET" : exchange.method();
    var allowed = new TreeSet<String>();
    for (var route : routes) {
      var parameters = route.match(segments);
      if (parameters == null) {
        continue;
      }
      exchange.routed(route.template(), parameters);
      if (route.method().equals(method)) {
        if (!route.open()) {
          exchange.authenticated(
              auth.keyId(exchange.header("authorization"), exchange.header("x-api-key")));
          connections.trust(exchange.connection());
        }
        route.action().run(exchange);
        return;
      }
      allowed.add(route.method());
    }
    if (allowed.isEmpty()) {
      throw Problem.notFound("not found");
    }
    exchange.header("allow", String.join(", ", allowed));
    if (method.equals("OPTIONS")) {
      exchange.answerEmpty();
    } else {
      exchange.answer(new Errors.Failure(405, "invalid_request_error", "method not allowed", null));
    }
  }

  private static void refuse(Exchange exchange, Errors.Failure failure) {
    if (exchange.answered()) {
      throw new CloseConnectionException("failed within the answer");
    }
    exchange.answer(failure);
  }
}
