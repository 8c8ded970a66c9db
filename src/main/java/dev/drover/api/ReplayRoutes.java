package dev.drover.api;

import static dev.drover.access.KeyScope.SERVER_READ;
import static dev.drover.access.KeyScope.SESSIONS_READ;
import static dev.drover.access.KeyScope.SESSIONS_WRITE;

import dev.drover.base.Json;
import dev.drover.base.Problem;
import dev.drover.brain.Recording;
import dev.drover.brain.ReplaySettings;
import dev.drover.brain.Replays;
import dev.drover.profile.Assumption;
import dev.drover.session.Session;
import dev.drover.session.Slice;
import dev.drover.session.Stored;
import java.util.ArrayList;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.Semaphore;

/// The routes that replay recorded sessions. They are Drover's own and not part of the reference
/// API. They write nothing; the one that asks a model needs the permission to send events, because
/// it costs as much as these.
final class ReplayRoutes {
  private static final String PATH = "/drover/sessions/{session}/replay";
  private static final String MODEL = "model";
  private static final String CONTEXT = "context_tokens";
  private static final String STRATEGY = "strategy";
  private static final String PROFILE = "profile";
  private static final String POINTS = "points";
  private static final String POSITION = "position";
  private static final String REMADE = "remade";
  private static final String WITHOUT = "without";
  private static final int LONGEST_ID = 256;
  private static final int PAGE = 1_000;

  /// The number of replays at the same time.
  private static final int AT_ONCE = 4;

  /// The share of the heap that the longest log may take. A few copies of it are in memory.
  private static final int SHARE = 20;

  private static final Slice WHOLE =
      Slice.after(0, Integer.MAX_VALUE).within(Integer.MAX_VALUE, Long.MAX_VALUE);

  private final Backend backend;
  private final Semaphore free = new Semaphore(AT_ONCE);

  ReplayRoutes(Backend backend) {
    this.backend = backend;
  }

  void addTo(Router router) {
    router.get(PATH, SESSIONS_READ, exchange -> alone(exchange, this::requests));
    router.get(
        PATH + "/assumptions", SESSIONS_READ, exchange -> alone(exchange, this::assumptions));
    router.post(PATH, SESSIONS_WRITE, exchange -> alone(exchange, this::step));
  }

  private interface Work {
    Json.Obj answer(Exchange exchange) throws InterruptedException;
  }

  private void alone(Exchange exchange, Work work) throws InterruptedException {
    if (!free.tryAcquire()) {
      exchange.answer(
          new Errors.Failure(
              429, Errors.type(429), "Too many replays at once. Please retry.", null));
      return;
    }
    Json.Obj answer;
    try {
      answer = work.answer(exchange);
    } finally {
      free.release();
    }
    exchange.answer(answer);
  }

  private Json.Obj requests(Exchange exchange) {
    var query = exchange.query();
    query.only(Set.of(MODEL, CONTEXT, STRATEGY, PROFILE, POINTS));
    var settings =
        new ReplaySettings(
            query.text(MODEL),
            query.number(CONTEXT, ReplaySettings.MOST_CONTEXT),
            query.text(STRATEGY),
            profile(exchange, query.text(PROFILE)));
    var points = query.number(POINTS, Replays.MOST_POINTS);
    var session = backend.session(exchange);
    var recording = recording(exchange, session);
    var answer =
        backend
            .replays()
            .requests(recording, settings)
            .json()
            .with("session_id", session.id().value());
    return points.isEmpty()
        ? answer
        : answer.with(POINTS, backend.replays().points(recording, points.get()));
  }

  private Json.Obj assumptions(Exchange exchange) {
    var query = exchange.query();
    query.only(Set.of(MODEL, CONTEXT, PROFILE, POINTS));
    var settings =
        new ReplaySettings(
            query.text(MODEL),
            query.number(CONTEXT, ReplaySettings.MOST_CONTEXT),
            Optional.empty(),
            profile(exchange, query.text(PROFILE)));
    int points = query.number(POINTS, Replays.MOST_POINTS).orElse(0);
    var session = backend.session(exchange);
    return backend
        .replays()
        .assumptions(recording(exchange, session), settings, points)
        .json()
        .with("session_id", session.id().value());
  }

  /// A profile that a client names. Only an operator can try one that sessions cannot choose.
  private Optional<String> profile(Exchange exchange, Optional<String> name) {
    if (!exchange.caller().may().contains(SERVER_READ)) {
      name.ifPresent(backend.replays()::checkSelectable);
    }
    return name;
  }

  private Json.Obj step(Exchange exchange) throws InterruptedException {
    var body = exchange.fields();
    long position =
        body.integer(POSITION, 1, Long.MAX_VALUE)
            .orElseThrow(() -> body.problem(POSITION, "field required"));
    var model = Optional.ofNullable(body.optionalPlainText(MODEL, LONGEST_ID));
    var profile =
        profile(exchange, Optional.ofNullable(body.optionalPlainText(PROFILE, LONGEST_ID)));
    var context =
        body.integer(CONTEXT, ReplaySettings.LEAST_CONTEXT, ReplaySettings.MOST_CONTEXT)
            .map(Math::toIntExact);
    var without = Optional.ofNullable(body.optionalPlainText(WITHOUT, LONGEST_ID));
    boolean remade = body.bool(REMADE).orElse(false);
    if (!remade && (profile.isPresent() || context.isPresent() || without.isPresent())) {
      throw body.problem(REMADE, "must be true with profile, context_tokens or without");
    }
    body.end();
    var session = backend.session(exchange);
    if (backend.desk().isAtBudget(session)) {
      throw Problem.invalid("Session " + session.id() + " has reached its budget.");
    }
    var recording = recording(exchange, session);
    var step =
        remade
            ? backend
                .replays()
                .step(
                    recording,
                    position,
                    new ReplaySettings(model, context, Optional.empty(), profile),
                    without.map(Assumption::named))
            : backend.replays().step(recording, position, model);
    return step.json().with("session_id", session.id().value());
  }

  private Recording recording(Exchange exchange, Session session) {
    long bytes = backend.log().measure(session.id(), WHOLE).bytes();
    long most = Runtime.getRuntime().maxMemory() / SHARE;
    if (bytes > most) {
      throw Problem.invalid(
          ("The session's log takes %d MB, and this server can replay logs of at most %d MB. Export"
                  + " the session, and replay the bundle on another machine.")
              .formatted(bytes >> 20, most >> 20));
    }
    exchange.memory().works(bytes);
    var events = new ArrayList<Stored>();
    long position = 0;
    while (true) {
      var page = backend.log().getEvents(session.id(), Slice.after(position, PAGE));
      if (page.isEmpty()) {
        return Recording.of(session, events);
      }
      events.addAll(page);
      position = page.getLast().position();
    }
  }
}
