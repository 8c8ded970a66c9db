package dev.drover.store.sqlite;

import dev.drover.base.Ids;
import dev.drover.base.Json;
import dev.drover.catalog.AgentId;
import dev.drover.catalog.Definition;
import dev.drover.catalog.Environment;
import dev.drover.catalog.EnvironmentId;
import dev.drover.catalog.ModelConfig;
import dev.drover.catalog.WorkspaceId;
import dev.drover.session.Emission;
import dev.drover.session.Event;
import dev.drover.session.EventId;
import dev.drover.session.Session;
import dev.drover.session.SessionId;
import dev.drover.session.ThreadId;
import dev.drover.session.ThreadKey;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/// Things to keep.
final class Samples {
  private Samples() {}

  static Session session(Ids ids) {
    var now = Instant.parse("2026-11-22T10:00:00Z");
    return new Session(
        new SessionId(ids.next(SessionId.PREFIX)),
        new Session.Origin(
            new WorkspaceId("wrkspc_one"),
            new ThreadId(ids.next(ThreadId.PREFIX)),
            new AgentId("agent_one"),
            1,
            new EnvironmentId("env_one"),
            new Environment.Networking.Unrestricted(),
            now),
        new Session.Editable(
            new Definition(
                "one",
                null,
                new ModelConfig("rehearsal", Optional.empty(), "standard"),
                null,
                List.of()),
            null,
            Map.of(),
            Optional.empty()));
  }

  /// After it the session runs.
  static Emission running(Ids ids) {
    return new Emission(
        List.of(
            new Emission.Entry(
                ThreadKey.PRIMARY,
                new Event.StatusRunning(new EventId(ids.next(EventId.PREFIX))),
                null)));
  }

  static Emission emission(Ids ids, int events, String text) {
    var content = Json.arr(Json.obj("type", "text", "text", text));
    var entries = new ArrayList<Emission.Entry>();
    for (int i = 0; i < events; i++) {
      var event = new Event.AgentMessage(new EventId(ids.next(EventId.PREFIX)), content);
      entries.add(new Emission.Entry(ThreadKey.PRIMARY, event, null));
    }
    return new Emission(entries);
  }
}
