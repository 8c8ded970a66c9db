package dev.drover.api;

import static dev.drover.access.KeyScope.SESSIONS_READ;
import static dev.drover.access.KeyScope.SESSIONS_WRITE;

import dev.drover.base.Json;
import dev.drover.base.Problem;
import dev.drover.session.SessionId;
import dev.drover.session.SessionResource;
import dev.drover.session.SessionResourceId;
import dev.drover.wire.SessionResourceCodec;

/// The routes of `/v1/sessions/{id}/resources`: what a session has been given.
final class SessionResourceRoutes {
  private static final String ALL = "/v1/sessions/{session}/resources";
  private static final String ONE = ALL + "/{resource}";

  private final Backend backend;

  SessionResourceRoutes(Backend backend) {
    this.backend = backend;
  }

  void addTo(Router router) {
    router.get(ALL, SESSIONS_READ, this::list);
    router.post(ALL, SESSIONS_WRITE, this::add);
    router.get(ONE, SESSIONS_READ, exchange -> exchange.answer(shown(find(exchange))));
    router.post(ONE, SESSIONS_WRITE, this::update);
    router.delete(ONE, SESSIONS_WRITE, this::delete);
  }

  private static Json shown(SessionResource resource) {
    return SessionResourceCodec.write(resource);
  }

  private void list(Exchange exchange) {
    var query = exchange.query();
    int limit = query.limit(1000, 1000);
    query.page();
    var session = backend.session(exchange);
    exchange.answer(
        ResourcePage.of(session.id(), session.resources(), limit, query).write(session.id()));
  }

  private void add(Exchange exchange) throws InterruptedException {
    var session = SessionId.of(exchange.id("session"));
    var request = ResourceBodies.added(exchange.fields());
    exchange.answer(shown(backend.resources().add(exchange.caller(), session, request)));
  }

  private SessionResource find(Exchange exchange) {
    var id = SessionResourceId.of(exchange.id("resource"));
    return backend.session(exchange).resources().stream()
        .filter(SessionResource::isNamed)
        .filter(resource -> resource.id().equals(id))
        .findFirst()
        .orElseThrow(() -> Problem.notFound("Resource " + id + " not found."));
  }

  /// Only a repository has something that can be changed: its token.
  private void update(Exchange exchange) {
    var resource = find(exchange);
    var fields = exchange.fields();
    if (!(resource instanceof SessionResource.Repository)) {
      throw Problem.invalid(
          "Resource %s is a file, which cannot be updated. Delete it and add another one."
              .formatted(resource.id()));
    }
    var session = SessionId.of(exchange.id("session"));
    var token = ResourceBodies.updated(fields);
    exchange.answer(
        shown(backend.resources().replaceToken(exchange.caller(), session, resource.id(), token)));
  }

  private void delete(Exchange exchange) throws InterruptedException {
    var session = SessionId.of(exchange.id("session"));
    var id = SessionResourceId.of(exchange.id("resource"));
    backend.resources().remove(exchange.caller(), session, id);
    exchange.answer(Json.obj("id", id.value(), "type", "session_resource_deleted"));
  }
}
