package dev.drover.api;

import static dev.drover.access.KeyScope.OPERATIONS;
import static dev.drover.access.KeyScope.SERVER_READ;

import dev.drover.base.Json;
import dev.drover.base.Problem;
import dev.drover.desk.Caller;
import dev.drover.session.Jobs;
import dev.drover.session.Nodes;
import dev.drover.session.SessionId;
import dev.drover.wire.Times;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.stream.Stream;

/// The routes of `/drover/nodes` and `/drover/sessions`, with which an operator finds out why a
/// session makes no progress. They are Drover's own and not part of the reference API.
final class NodeRoutes {
  private final Backend backend;
  private final Operations operations;
  private final SessionInspection standings;

  NodeRoutes(Backend backend, Operations operations) {
    this.backend = backend;
    this.operations = operations;
    standings = new SessionInspection(backend, operations.awake());
  }

  void addTo(Router router) {
    router.get("/drover/nodes", SERVER_READ, this::nodes);
    router.get("/drover/sessions", OPERATIONS, this::atWork);
    router.get("/drover/sessions/{session}", OPERATIONS, this::session);
  }

  private void nodes(Exchange exchange) {
    var queue = backend.nodes().queue();
    exchange.answer(
        Json.obj(
            "data",
            backend.nodes().members().stream().map(NodeRoutes::write).toList(),
            "lapse_ms",
            backend.nodes().lapse().toMillis(),
            "queue",
            Json.obj(
                "sessions",
                queue.sessions(),
                "oldest_ms",
                queue.since().map(this::millisSince).orElse(null)),
            "jobs",
            write(backend.jobs().tally()),
            "policy",
            PolicyRoutes.identity(backend.policy()),
            "brains_awake",
            operations.awake().get().size()));
  }

  private long millisSince(Instant time) {
    return Math.max(0, Duration.between(time, backend.now()).toMillis());
  }

  private Json write(Jobs.Tally jobs) {
    return Json.obj(
        "owed", jobs.owed(),
        "oldest_ms", jobs.since().map(this::millisSince).orElse(null),
        "failed", jobs.failed(),
        "failures", jobs.failures().stream().map(NodeRoutes::write).toList());
  }

  private static Json write(Jobs.Failure failure) {
    return Json.obj(
        "kind", failure.kind(),
        "key", failure.key(),
        "tries", failure.tries(),
        "failed_at", Times.write(failure.at()),
        "error", failure.error());
  }

  private static Json write(Nodes.Member node) {
    return Json.obj(
        "type", "node",
        "name", node.name(),
        "host", node.host(),
        "pid", node.pid(),
        "started_at", Times.write(node.startedAt()),
        "silent_ms", node.silent().toMillis(),
        "sessions", node.sessions(),
        "self", node.self());
  }

  /// Lists the sessions of the workspace that have unfinished work, the one with the oldest last
  /// event first.
  private void atWork(Exchange exchange) {
    int limit = exchange.query().limit(20, 100);
    var members = backend.nodes().members();
    exchange.answer(
        Json.obj(
            "data",
            backend.nodes().atWork(exchange.caller().workspace(), limit).stream()
                .flatMap(id -> found(exchange.caller(), id, members))
                .toList()));
  }

  /// The session, or nothing if it has been deleted.
  private Stream<Json> found(Caller caller, SessionId id, List<Nodes.Member> members) {
    try {
      return Stream.of(standings.write(backend.desk().get(caller, id), members));
    } catch (Problem e) {
      if (e.kind() == Problem.Kind.NOT_FOUND) {
        return Stream.empty();
      }
      throw e;
    }
  }

  private void session(Exchange exchange) {
    var session = backend.session(exchange);
    exchange.answer(standings.write(session, backend.nodes().members()));
  }
}
