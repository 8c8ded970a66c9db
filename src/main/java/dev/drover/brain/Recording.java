package dev.drover.brain;

import dev.drover.catalog.Definition;
import dev.drover.catalog.WorkspaceId;
import dev.drover.session.Compaction;
import dev.drover.session.Event;
import dev.drover.session.Session;
import dev.drover.session.SessionResource;
import dev.drover.session.Stored;
import dev.drover.session.ThreadKey;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/// The log of a session's primary thread, and what else its model was given.
///
/// @param workspace the workspace whose files its messages may refer to
/// @param notes the paragraphs that follow the agent's system prompt
/// @param events oldest first, private events included
public record Recording(
    WorkspaceId workspace,
    Definition agent,
    List<String> notes,
    List<SessionResource> resources,
    List<Stored> events) {
  public Recording {
    notes = List.copyOf(notes);
    resources = List.copyOf(resources);
    events = events.stream().filter(stored -> stored.thread().equals(ThreadKey.PRIMARY)).toList();
  }

  /// The recording of a session of this server.
  ///
  /// @param events its whole log
  public static Recording of(Session session, List<Stored> events) {
    var primary = session.primary();
    return new Recording(
        session.workspace(), primary.agent(), primary.notes(), session.resources(), events);
  }

  /// The recording of a session that was exported. It has neither files nor resources.
  ///
  /// @param events its whole log
  public static Recording ofExported(Definition agent, List<Stored> events) {
    return new Recording(WorkspaceId.DEFAULT, agent, List.of(), List.of(), events);
  }

  /// The same session with another log.
  Recording with(List<Stored> log) {
    return new Recording(workspace, agent, notes, resources, log);
  }

  /// The ends of model requests of the conversation with a reply, by the position of the request.
  Map<Long, Stored> replies() {
    var starts = new HashMap<String, Long>();
    var replies = new HashMap<Long, Stored>();
    for (var stored : events) {
      if (isForContext(stored)) {
        continue;
      }
      switch (stored.event()) {
        case Event.ModelRequestStart start -> starts.put(start.id().value(), stored.position());
        case Event.ModelRequestEnd end when !end.isError() && stored.hidden() != null -> {
          var start = starts.get(end.startId().value());
          if (start != null) {
            replies.put(start, stored);
          }
        }
        default -> {}
      }
    }
    return replies;
  }

  /// Whether the event belongs to a model request that is no part of the conversation, such as one
  /// for a summary of it.
  static boolean isForContext(Stored stored) {
    return Compaction.is(stored);
  }

  /// The events before a position.
  List<Stored> before(long position) {
    return events.stream().filter(stored -> stored.position() < position).toList();
  }
}
