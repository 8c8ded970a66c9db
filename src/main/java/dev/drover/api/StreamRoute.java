package dev.drover.api;

import static dev.drover.desk.KeyScope.SESSIONS_READ;

import dev.drover.session.Session;
import dev.drover.session.SessionId;
import dev.drover.session.ThreadKey;
import java.util.Set;
import java.util.function.Function;

/// `/v1/sessions/{id}/events/stream`: what happens from now on, live. Nothing from before, but for
/// what followed a send of the last moments that no stream was there for, and the end of a session
/// that is over.
final class StreamRoute {
  private static final Set<String> PREVIEWS = Set.of("agent.message", "agent.thinking");

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
    // As the first editions of the vendor's quickstart have it.
    router.get(
        "/v1/sessions/{session}/stream",
        SESSIONS_READ,
        exchange -> run(exchange, _ -> ThreadKey.PRIMARY));
  }

  /// Streams until the session is over, the reader is too slow or gone, or the server stops.
  ///
  /// @param shown which of a session's threads is shown; refuses by throwing
  void run(Exchange exchange, Function<Session, ThreadKey> shown) throws InterruptedException {
    var previews = Set.copyOf(exchange.query().all("event_deltas", 100));
    if (!PREVIEWS.containsAll(previews)) {
      throw Query.problem("event_deltas", "must be of agent.message, agent.thinking");
    }
    var id = SessionId.of(exchange.id("session"));
    // Listening comes first: a session that is over only after the look at it still ends the
    // stream.
    try (var subscription = backend.feed().subscribe(id)) {
      var session = backend.desk().get(exchange.caller(), id);
      var thread = shown.apply(session);
      if (exchange.isHead()) {
        exchange.stream();
        return;
      }
      var replay = Replay.of(backend.log(), backend.feed(), session, thread, streams.grace());
      streams.run(
          new EventStream(
              subscription,
              thread,
              new Previews(previews),
              FrameNames.of(exchange),
              streams.ping()),
          exchange.connection(),
          exchange.stream(),
          replay);
    }
  }
}
