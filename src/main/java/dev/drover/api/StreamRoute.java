package dev.drover.api;

import static dev.drover.access.KeyScope.SESSIONS_READ;

import dev.drover.session.Feed;
import dev.drover.session.Session;
import dev.drover.session.SessionId;
import dev.drover.session.ThreadKey;
import java.util.Set;
import java.util.function.Function;

/// The route `/v1/sessions/{id}/events/stream`: the live events of a session. Earlier events are
/// shown in two cases only: events since a recent send that no stream received, and the final event
/// of a session that has terminated.
final class StreamRoute {
  private static final Set<String> PREVIEWS =
      Set.of("agent.message", "agent.thinking", Feed.TOOL_OUTPUT);

  private final Backend backend;
  private final Streams streams;

  StreamRoute(Backend backend, Streams streams) {
    this.backend = backend;
    this.streams = streams;
  }

  void addTo(Router router) {
    router.get(
        "/v1/sessions/{session}/events/stream",
        SESSIONS_READ,
        exchange -> run(exchange, _ -> ThreadKey.PRIMARY));
    // The path in early versions of the vendor's quickstart.
    router.get(
        "/v1/sessions/{session}/stream",
        SESSIONS_READ,
        exchange -> run(exchange, _ -> ThreadKey.PRIMARY));
  }

  /// Streams until the session is over, the client is too slow or has disconnected, or the server
  /// stops.
  ///
  /// @param shown selects the thread of the session that is shown; may throw to refuse
  void run(Exchange exchange, Function<Session, ThreadKey> shown) throws InterruptedException {
    var previews = Set.copyOf(exchange.query().all("event_deltas", 100));
    if (!PREVIEWS.containsAll(previews)) {
      throw Query.problem(
          "event_deltas", "must be of agent.message, agent.thinking, " + Feed.TOOL_OUTPUT);
    }
    var id = SessionId.of(exchange.id("session"));
    backend.desk().get(exchange.caller(), id); // a stranger does not count as a listener
    // Subscribe first: if the session terminates after it is read below, the event still ends the
    // stream.
    try (var subscription = backend.feed().subscribe(id)) {
      var session = backend.desk().get(exchange.caller(), id);
      var thread = shown.apply(session);
      if (exchange.isHead()) {
        exchange.streamHead();
        return;
      }
      var replay = Replay.of(backend.log(), backend.feed(), session, thread, streams.grace());
      streams.run(
          new EventStream(
              subscription,
              thread,
              new Previews(previews),
              FrameNames.of(exchange),
              streams.ping(),
              exchange.grant()::holds),
          exchange.connection(),
          exchange.stream(),
          replay);
    }
  }
}
