package dev.drover.api;

import dev.drover.base.Json;
import dev.drover.base.Problem;
import dev.drover.brain.SessionDiagnosis;
import dev.drover.brain.Tail;
import dev.drover.session.Event;
import dev.drover.session.Lease;
import dev.drover.session.Nodes;
import dev.drover.session.Session;
import dev.drover.session.SessionId;
import dev.drover.session.Slice;
import dev.drover.session.Stored;
import dev.drover.wire.EventCodec;
import dev.drover.wire.Times;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.function.Supplier;

/// The inspection of sessions: it reports their state and why they do or do not make progress.
final class SessionInspection {
  /// The number of events that are read at once.
  private static final int PAGE = 200;

  private static final String ERROR = "session.error";
  private static final Set<String> LINEAGE = Set.of("drover.forked", "drover.imported");

  private final Backend backend;
  private final Supplier<Set<Lease>> awake;

  SessionInspection(Backend backend, Supplier<Set<Lease>> awake) {
    this.backend = backend;
    this.awake = awake;
  }

  /// @param members all nodes of the database
  /// @throws Problem `NOT_FOUND` if the session was deleted meanwhile
  Json write(Session session, List<Nodes.Member> members) {
    var id = session.id();
    var tail = tail(id);
    var error = last(id, Set.of(ERROR), true);
    var lineage = last(id, LINEAGE, false).map(Stored::event);
    var inbox = backend.log().inbox(id);
    var holding =
        backend
            .nodes()
            .holding(id)
            .orElseThrow(() -> Problem.notFound("Session " + id + " not found."));
    boolean isAwake = awake.get().contains(new Lease(id, holding.epoch()));
    var diagnosis =
        SessionDiagnosis.of(
            new SessionDiagnosis.Seen(
                session.status(),
                backend.desk().isAtBudget(session),
                tail,
                inbox,
                holding,
                members,
                backend.nodes().lapse(),
                isAwake));
    var reason = new DiagnosisWriter(backend.now(), backend.nodes().lapse());
    return Json.obj(
        "type", "session_standing",
        "id", id.value(),
        "status", session.status().name().toLowerCase(Locale.ROOT),
        "why", reason.sentence(diagnosis),
        "reason", reason.write(diagnosis),
        "holder", holder(holding, members, isAwake),
        "inbox", Json.obj("waiting", inbox.queued().size(), "received", inbox.received()),
        "last_event", tail.last().map(SessionInspection::shown).orElse(null),
        "last_error", error.map(SessionInspection::error).orElse(null),
        "forked_from", from(lineage.filter(Event.Forked.class::isInstance)),
        "imported_from", from(lineage.filter(Event.Imported.class::isInstance)));
  }

  /// Reads the log from the last model request on. Earlier events do not affect what comes next.
  private Tail tail(SessionId id) {
    var tail = new Tail();
    long after =
        last(id, Set.of(Tail.BEGINS), true).map(stored -> stored.position() - 1).orElse(0L);
    while (true) {
      var page = backend.log().getEvents(id, Slice.after(after, PAGE));
      if (page.isEmpty()) {
        return tail;
      }
      tail.add(page);
      after = page.getLast().position();
    }
  }

  private Optional<Stored> last(SessionId id, Set<String> types, boolean visible) {
    return backend
        .log()
        .getEvents(
            id,
            new Slice(Long.MAX_VALUE, 1, false, types, visible, Optional.empty(), Optional.empty()))
        .stream()
        .findFirst();
  }

  private static Json holder(Nodes.Holding holding, List<Nodes.Member> members, boolean awake) {
    if (holding.node() == null) {
      return Json.NULL;
    }
    var node = members.stream().filter(one -> one.name().equals(holding.node())).findFirst();
    boolean self = node.stream().anyMatch(Nodes.Member::self);
    return Json.obj(
        "node", holding.node(),
        "epoch", holding.epoch(),
        "host", node.map(Nodes.Member::host).orElse(null),
        "pid", node.map(Nodes.Member::pid).orElse(null),
        "silent_ms", node.map(one -> one.silent().toMillis()).orElse(null),
        "self", self,
        "awake", self ? awake : null);
  }

  private static Json shown(Stored stored) {
    return Json.obj(
        "type", EventCodec.type(stored.event()),
        "id", stored.event().id().value(),
        "processed_at", Times.write(stored.processedAt()));
  }

  private static Json from(Optional<Event> lineage) {
    return lineage.orElse(null) instanceof Event.Continued continued
        ? ForkRoutes.from(continued.from(), continued.position())
        : Json.NULL;
  }

  private static Json error(Stored stored) {
    return stored.event() instanceof Event.Failed
        ? ((Json.Obj) Json.trusted(stored.json()))
            .object("error")
            .with("processed_at", Times.write(stored.processedAt()))
        : Json.NULL;
  }
}
