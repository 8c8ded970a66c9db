package dev.drover.api;

import static dev.drover.access.KeyScope.SESSIONS_READ;
import static dev.drover.access.KeyScope.SESSIONS_WRITE;

import dev.drover.base.Json;
import dev.drover.brain.ContextReport;
import dev.drover.brain.ContextReport.Part;
import dev.drover.profile.ProfileSettings;
import dev.drover.session.Event;
import dev.drover.session.Session;
import dev.drover.session.SessionId;
import java.util.Locale;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// The routes that show what the model sees of a session, and that have a new chapter of its
/// context begin. They are Drover's own and not part of the reference API.
final class ContextRoutes {
  private static final int LONGEST_INSTRUCTIONS = 10_000;
  private static final String INSTRUCTIONS = "instructions";

  private final Backend backend;

  ContextRoutes(Backend backend) {
    this.backend = backend;
  }

  void addTo(Router router) {
    router.get("/drover/sessions/{session}/context", SESSIONS_READ, this::show);
    router.post("/drover/sessions/{session}/compact", SESSIONS_WRITE, this::compact);
  }

  private void show(Exchange exchange) {
    exchange.query().only(Set.of());
    var session = backend.session(exchange);
    exchange.answer(write(session, report(exchange, session)));
  }

  private ContextReport report(Exchange exchange, Session session) {
    var source = backend.contexts().source(session.id());
    exchange.memory().works(source.bytes());
    return backend.contexts().report(session, source);
  }

  private void compact(Exchange exchange) {
    var id = SessionId.of(exchange.id("session"));
    var body = exchange.fields();
    var instructions =
        Optional.ofNullable(body.optionalPlainText(INSTRUCTIONS, LONGEST_INSTRUCTIONS));
    body.end();
    var session = backend.desk().get(exchange.caller(), id);
    var next = backend.contexts().next(session);
    var strategy = ProfileSettings.recorded(next.settings()).strategy();
    if (instructions.isPresent() && !strategy.usesInstructions()) {
      throw body.problem(
          INSTRUCTIONS,
          "profile %s has the strategy %s, which makes no summary that could follow them"
              .formatted(next.label(), lower(strategy)));
    }
    long position = backend.desk().compact(exchange.caller(), id, instructions);
    exchange.answer(
        Json.obj(
            "type",
            "session_compaction",
            "session_id",
            id.value(),
            "requested_at",
            position,
            INSTRUCTIONS,
            instructions.orElse(null)));
  }

  private static Json write(Session session, ContextReport report) {
    return Json.obj(
        "type", "session_context",
        "session_id", session.id().value(),
        "model", session.agent().model().id(),
        "chapter", chapter(report),
        "profile", report.profile().json(),
        "next_profile", report.next().label(),
        "compaction_requested_at", number(report.requested()),
        "gauge", gauge(report),
        "parts", parts(report),
        "largest", report.largest().stream().map(ContextRoutes::item).toList(),
        "left_out", leftOut(session, report));
  }

  private static Json chapter(ContextReport report) {
    var opened = report.opened();
    return Json.obj(
        "number", opened.map(Event.ContextOpened::chapter).orElse(0),
        "kind", opened.map(one -> lower(one.kind())).orElse(null),
        "cause", opened.map(one -> lower(one.cause())).orElse(null),
        "began_at", opened.isPresent() ? report.openedAt() : null);
  }

  private static Json gauge(ContextReport report) {
    return Json.obj(
        "tokens", report.tokens(),
        "factor_percent", Math.round(100 * report.factor()),
        "soft_limit", report.soft(),
        "hard_limit", report.window().isPresent() ? report.hard() : null,
        "context_tokens", number(report.window()));
  }

  private static Json parts(ContextReport report) {
    var rounds =
        new Part(
            report.rounds(),
            report.messages().tokens() + report.replies().tokens() + report.results().tokens(),
            report.messages().characters()
                + report.replies().characters()
                + report.results().characters());
    return Json.arr(
        part("system", report.system()),
        part("tools", report.tools()),
        part("opening", report.opening())
            .with("content", report.opened().map(Event.ContextOpened::opening).orElse(Json.arr())),
        part("rounds", rounds)
            .with(
                "parts",
                Json.arr(
                    part("messages", report.messages()),
                    part("replies", report.replies()),
                    part("results", report.results()))),
        part("pending", report.pending()));
  }

  private static Json.Obj part(String name, Part part) {
    return Json.obj(
        "name", name,
        "count", part.count(),
        "tokens", part.tokens(),
        "characters", part.characters());
  }

  private static Json item(ContextReport.Item item) {
    return Json.obj(
        "position", item.position(),
        "kind", lower(item.kind()),
        "tokens", item.tokens(),
        "characters", item.characters());
  }

  private static Json leftOut(Session session, ContextReport report) {
    var opened = report.opened();
    return Json.obj(
        "before_position", opened.map(Event.ContextOpened::from).orElse(null),
        "events_url",
            opened
                .map(
                    one ->
                        "/drover/sessions/%s/events?before=%d"
                            .formatted(session.id().value(), one.from()))
                .orElse(null),
        "model_reads_with", report.reader().orElse(null),
        "thinking_before_position", opened.isPresent() ? report.openedAt() : null,
        "shortened_results", report.shortenedCount(),
        "newest_shortened_results",
            report.shortened().stream().map(ContextRoutes::shortened).toList());
  }

  private static Json shortened(ContextReport.Shortened result) {
    return Json.obj(
        "position", result.position(),
        "characters", result.characters(),
        "sent_characters", result.sent(),
        "file", result.file().orElse(null));
  }

  private static @Nullable Object number(OptionalLong value) {
    return value.isPresent() ? value.getAsLong() : null;
  }

  private static String lower(Enum<?> value) {
    return value.name().toLowerCase(Locale.ROOT);
  }
}
