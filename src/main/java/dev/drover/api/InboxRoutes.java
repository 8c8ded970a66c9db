package dev.drover.api;

import static dev.drover.access.KeyScope.SESSIONS_READ;

import dev.drover.base.Json;
import dev.drover.base.Utf8;
import dev.drover.desk.Caller;
import dev.drover.session.Event;
import dev.drover.session.Overview;
import dev.drover.session.Session;
import dev.drover.session.Sessions;
import dev.drover.session.Slice;
import dev.drover.session.Stored;
import dev.drover.session.ThreadKey;
import dev.drover.wire.EventCodec;
import dev.drover.wire.Times;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/// The routes of what waits for a person in a workspace, and of the changes of its sessions. They
/// are Drover's own and not part of the reference API.
final class InboxRoutes {
  /// The number of events that are read at once.
  private static final int PAGE = 200;

  private final Backend backend;
  private final Streams streams;
  private final SessionChanges changes;

  InboxRoutes(Backend backend, Streams streams, SessionChanges changes) {
    this.backend = backend;
    this.streams = streams;
    this.changes = changes;
  }

  void addTo(Router router) {
    router.get("/drover/inbox", SESSIONS_READ, this::list);
    router.get("/drover/changes", SESSIONS_READ, this::stream);
  }

  private void list(Exchange exchange) {
    var query = exchange.query();
    query.only(Set.of("waiting_for", "limit", "page"));
    var which =
        new Sessions.Waiting(
            query.limit(20, 100), query.page(), query.text("waiting_for").map(InboxRoutes::wait));
    exchange.memory().works(2 * Slice.BYTES);
    long total = backend.desk().countWaiting(exchange.caller());
    exchange.answer(page(exchange.caller(), which).with("total", total));
  }

  /// A page of the sessions. The inputs of calls are shown whole and may be long: if there are too
  /// many for one page, it is read again with fewer sessions.
  private Json.Obj page(Caller caller, Sessions.Waiting which) {
    var page = backend.desk().waiting(caller, which);
    var items = new ArrayList<Json>();
    long bytes = 0;
    for (var session : page.items()) {
      var item = write(session);
      bytes += Utf8.length(item.toString());
      if (bytes > Slice.BYTES && !items.isEmpty()) {
        return page(caller, new Sessions.Waiting(items.size(), which.page(), which.reason()));
      }
      items.add(item);
    }
    return Json.obj("data", items, "next_page", page.next().orElse(null));
  }

  private static Overview.Wait wait(String name) {
    return Arrays.stream(Overview.Wait.values())
        .filter(wait -> SessionChanges.name(wait).equals(name))
        .findFirst()
        .orElseThrow(
            () ->
                Query.problem(
                    "waiting_for",
                    "must be one of "
                        + Arrays.stream(Overview.Wait.values())
                            .map(SessionChanges::name)
                            .collect(Collectors.joining(", "))));
  }

  /// The pause of a session: its last idle event, and the calls that it waits for.
  private static final class Pause {
    final Map<String, Stored> calls = new LinkedHashMap<>();
    @Nullable Stored idle;

    void add(Stored stored) {
      switch (stored.event()) {
        case Event.StatusIdle _ -> idle = stored;
        case Event.ToolUse use when use.waitsForClient() -> calls.put(use.id().value(), stored);
        case Event.Answer answer -> calls.remove(answer.toolUseId().value());
        case Event.ToolResult result -> calls.remove(result.toolUseId().value());
        default -> {}
      }
    }
  }

  private Json write(Session session) {
    var pause = pause(session);
    var idle = pause.idle;
    var reason =
        idle != null && Json.trusted(idle.json()) instanceof Json.Obj json
            ? json.object("stop_reason")
            : Json.NULL;
    var wait = Overview.wait(!pause.calls.isEmpty(), session.budget().isPresent());
    return Json.obj(
        "type",
        "waiting_session",
        "session_id",
        session.id().value(),
        "title",
        session.editable().title(),
        "agent",
        Json.obj(
            "id",
            session.origin().agentId().value(),
            "version",
            session.origin().agentVersion(),
            "name",
            session.agent().name()),
        "waiting_for",
        SessionChanges.name(wait),
        "since",
        Times.write(idle == null ? session.progress().updatedAt() : idle.processedAt()),
        "stop_reason",
        reason,
        "calls",
        pause.calls.values().stream().map(InboxRoutes::call).toList());
  }

  /// Reads the log from the last model request of the paused turn on.
  private Pause pause(Session session) {
    var pause = new Pause();
    long after = session.progress().boundary();
    while (true) {
      var slice = Slice.after(after, PAGE).of(ThreadKey.PRIMARY);
      var events = backend.log().getEvents(session.id(), slice);
      if (events.isEmpty()) {
        return pause;
      }
      events.forEach(pause::add);
      after = events.getLast().position();
    }
  }

  private static Json call(Stored stored) {
    var use = (Event.ToolUse) stored.event();
    return Json.obj(
        "event_id",
        use.id().value(),
        "type",
        EventCodec.type(use),
        "name",
        use.name(),
        "mcp_server_name",
        use instanceof Event.AgentMcpToolUse mcp ? mcp.server() : null,
        "input",
        use.input(),
        "answer",
        use.isRunByClient() ? "result" : "confirmation",
        "asked_at",
        Times.write(stored.processedAt()),
        "position",
        stored.position());
  }

  private void stream(Exchange exchange) throws InterruptedException {
    exchange.query().only(Set.of());
    if (exchange.isHead()) {
      exchange.streamHead();
      return;
    }
    try (var subscription = changes.subscribe(exchange.caller().workspace())) {
      streams.run(
          new EventStream(
              subscription,
              ThreadKey.PRIMARY,
              new Previews(Set.of()),
              FrameNames.TYPE,
              streams.ping(),
              exchange.grant()::holds),
          exchange.connection(),
          exchange.stream(),
          Optional.empty());
    }
  }
}
