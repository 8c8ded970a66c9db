package dev.drover.api;

import dev.drover.access.KeyScope;
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
import java.util.Optional;
import java.util.TreeSet;

/// The router: finds the action for a request and answers with an error if it throws. The path is
/// checked first, so an unknown path is 404 even without a key; then the method; then the key and
/// its scopes. All routes are added before the first request.
final class Router implements Handler {
  /// @throws Problem for an error that the caller can act on
  @FunctionalInterface
  interface Action {
    void run(Exchange exchange) throws InterruptedException;
  }

  /// A route: the action for a method on a path.
  ///
  /// @param needs the scope that the caller's key must have; empty if no key is needed
  /// @param uploads whether the action reads the body as a stream, within its own limit
  record Route(
      String method, PathPattern path, Optional<KeyScope> needs, boolean uploads, Action action) {}

  private final List<Route> routes = new ArrayList<>();
  private final Auth auth;
  private Optional<ConsoleLogin> console = Optional.empty();
  private final Ids ids;
  private final Operations.Requests requests;
  private final OpenConnections connections;
  private final RequestMemory.Budgets budgets;

  /// @param requests notified of each finished request
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

  /// Admits browsers by their cookies from now on, where a request has no key.
  void admits(ConsoleLogin login) {
    console = Optional.of(login);
  }

  void get(String path, KeyScope needs, Action action) {
    add("GET", path, Optional.of(needs), action);
  }

  void post(String path, KeyScope needs, Action action) {
    add("POST", path, Optional.of(needs), action);
  }

  /// A `POST` whose body is not held in memory.
  void upload(String path, KeyScope needs, Action action) {
    routes.add(new Route("POST", PathPattern.of(path), Optional.of(needs), true, action));
  }

  /// A `PUT` whose body is not held in memory.
  void replace(String path, KeyScope needs, Action action) {
    routes.add(new Route("PUT", PathPattern.of(path), Optional.of(needs), true, action));
  }

  void delete(String path, KeyScope needs, Action action) {
    add("DELETE", path, Optional.of(needs), action);
  }

  /// Adds a path that needs no key.
  void open(String path, Action action) {
    open("GET", path, action);
  }

  /// Adds a path that needs no key, or any key, as the action decides.
  void open(String method, String path, Action action) {
    add(method, path, Optional.empty(), action);
  }

  private void add(String method, String path, Optional<KeyScope> needs, Action action) {
    routes.add(new Route(method, PathPattern.of(path), needs, false, action));
  }

  /// The routes, in the order in which they are matched.
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
    connection.begin(); // waits for the rest of an unread body and the next request
  }

  private void answer(Exchange exchange) {
    try {
      route(exchange);
    } catch (Problem problem) {
      if (problem.getCause() != null) {
        Errors.log(exchange.requestId(), problem);
      }
      refuse(exchange, Errors.of(problem));
    } catch (Errors.Refusal refusal) {
      refuse(exchange, refusal.failure());
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
      if (!route.path().matches(segments)) {
        continue;
      }
      exchange.routed(route.path().template(), route.path().names(segments));
      if (route.method().equals(method)) {
        if (!route.uploads()) {
          exchange.checkLength();
        }
        route.needs().ifPresent(scope -> admit(exchange, scope));
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

  /// Authenticates the caller and checks the scopes of the key. No other code checks scopes.
  private void admit(Exchange exchange, KeyScope needed) {
    var grant = grant(exchange);
    exchange.authenticated(grant);
    connections.trust(exchange.connection());
    exchange.checkWorkspace();
    grant.caller().check(needed);
  }

  /// The admission of the caller, by the key in the request or else by the cookie of the console.
  ///
  /// @throws Problem `AUTHENTICATION`
  Grant grant(Exchange exchange) {
    var authorization = exchange.header("authorization");
    var apiKey = exchange.header("x-api-key");
    return console.isPresent() && authorization == null && apiKey == null
        ? console.get().admit(exchange)
        : auth.admit(authorization, apiKey);
  }

  private static void refuse(Exchange exchange, Errors.Failure failure) {
    if (exchange.answered()) {
      throw new CloseConnectionException("failed within the answer");
    }
    exchange.answer(failure);
  }
}
