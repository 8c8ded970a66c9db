package dev.drover.api;

import static dev.drover.access.KeyScope.SESSIONS_READ;
import static dev.drover.access.KeyScope.SESSIONS_WRITE;

import dev.drover.base.Fields;
import dev.drover.base.Json;
import dev.drover.base.Problem;
import dev.drover.bundle.BundleFormat;
import dev.drover.bundle.SessionBundle;
import dev.drover.bundle.SessionExport;
import dev.drover.catalog.AgentId;
import dev.drover.catalog.EnvironmentId;
import dev.drover.desk.AgentChoice;
import dev.drover.desk.SessionRequest;
import dev.drover.session.Session;
import dev.drover.skills.Scratch;
import dev.drover.wire.DefinitionCodec;
import dev.drover.wire.Metadata;
import dev.drover.wire.SessionCodec;
import java.io.IOException;
import java.nio.channels.Channels;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.Semaphore;
import java.util.function.Function;

/// The routes that export and import sessions as bundles. They are Drover's own and not part of the
/// reference API.
final class BundleRoutes {
  private static final String TYPE = "application/x-tar";
  private static final String PUBLIC = "public";
  private static final String AGENT = "agent";
  private static final String ENVIRONMENT = "environment_id";

  private final Backend backend;
  private final Semaphore free;

  BundleRoutes(Backend backend) {
    this.backend = backend;
    free = new Semaphore(backend.uploads().atOnce());
  }

  void addTo(Router router) {
    router.get("/drover/sessions/{session}/export", SESSIONS_READ, this::export);
    router.upload("/drover/sessions/import", SESSIONS_WRITE, this::importSession);
  }

  private void export(Exchange exchange) {
    exchange.query().only(Set.of(PUBLIC));
    boolean visible = exchange.query().flag(PUBLIC);
    var session = backend.session(exchange);
    long head = backend.desk().settledAt(exchange.caller(), session.id());
    try {
      var export =
          SessionExport.of(backend.log(), session, shown(session), head, visible, backend.now());
      try (var bundle = export.open()) {
        exchange.header("content-type", TYPE);
        exchange.header("content-disposition", "attachment; filename=\"" + session.id() + ".tar\"");
        exchange.answer(200, export.size(), bundle);
      }
    } catch (IOException e) {
      throw Problem.notFound("Session " + session.id() + " not found."); // deleted meanwhile
    }
  }

  private Json.Obj shown(Session session) {
    return SessionCodec.write(session, backend.now(), backend.desk().cost(session));
  }

  private void importSession(Exchange exchange) {
    exchange.query().only(Set.of(AGENT, ENVIRONMENT));
    var agent = id(exchange, AGENT, AgentId::of);
    var environment = id(exchange, ENVIRONMENT, EnvironmentId::of);
    if (!free.tryAcquire()) {
      exchange.answer(
          new Errors.Failure(
              429, Errors.type(429), "Too many imports at once. Please retry.", null));
      return;
    }
    Json.Obj answer;
    try {
      answer = imported(exchange, agent, environment);
    } finally {
      free.release();
    }
    exchange.answer(answer);
  }

  private static <T> T id(Exchange exchange, String name, Function<String, T> read) {
    var text = exchange.query().text(name).orElseThrow(() -> Query.problem(name, "is required"));
    try {
      return read.apply(text);
    } catch (Problem malformed) {
      throw Query.problem(name, String.valueOf(malformed.getMessage()));
    }
  }

  private Json.Obj imported(Exchange exchange, AgentId agent, EnvironmentId environment) {
    var tooLarge =
        new Problem(
            Problem.Kind.TOO_LARGE,
            null,
            "The bundle is larger than " + (BundleFormat.MAX_BYTES >> 20) + " MiB.",
            null);
    try (var upload = backend.scratch().file();
        var file = backend.scratch().file()) {
      try (var body = exchange.body(BundleFormat.MAX_BYTES, tooLarge)) {
        body.transferTo(Channels.newOutputStream(upload));
      }
      // Reserved only now: a slow client holds no memory.
      exchange.memory().works(Math.min(upload.size(), BundleFormat.MAX_LINE));
      upload.position(0);
      var bundle = SessionBundle.read(Channels.newInputStream(upload), file, backend.now());
      var request = request(bundle, agent, environment);
      var session = backend.desk().importSession(exchange.caller(), request, bundle);
      return answer(session, bundle);
    } catch (IOException e) {
      throw Scratch.failed(e);
    }
  }

  private static SessionRequest request(
      SessionBundle bundle, AgentId agent, EnvironmentId environment) {
    var fields = Fields.of(bundle.session(), "session.json");
    return new SessionRequest(
        new AgentChoice(agent),
        environment,
        fields.optionalPlainText("title", 256),
        Metadata.read(fields),
        Optional.empty(),
        List.of(),
        List.of(),
        List.of());
  }

  private Json.Obj answer(Session session, SessionBundle bundle) {
    var leftOut = new ArrayList<>(bundle.leftOut());
    if (!DefinitionCodec.CODEC.write(session.agent()).equals(bundle.agent())) {
      leftOut.add(AGENT);
    }
    return Json.obj(
        "type",
        "session_import",
        "session",
        shown(session),
        "imported_from",
        ForkRoutes.from(bundle.from(), bundle.head()),
        "left_out",
        leftOut);
  }
}
