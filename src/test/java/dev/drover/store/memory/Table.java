package dev.drover.store.memory;

import dev.drover.catalog.EnvironmentId;
import dev.drover.session.Event;
import dev.drover.session.EventId;
import dev.drover.session.Feed;
import dev.drover.session.Job;
import dev.drover.session.Nodes;
import dev.drover.session.Queued;
import dev.drover.session.Session;
import dev.drover.session.SessionId;
import dev.drover.session.Stored;
import dev.drover.store.Refusals;
import dev.drover.store.SessionState;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/// All sessions. Its monitor is the transaction: hold it for every use.
final class Table {
  final Map<SessionId, Row> rows = new LinkedHashMap<>();
  final List<MemoryJobs.Row> jobs = new ArrayList<>();
  final Map<String, Node> nodes = new LinkedHashMap<>();
  private long jobsMade;

  /// A node, and where it hears of what others do.
  static final class Node {
    final Instant startedAt;
    final Feed feed;
    Instant beatAt;
    Nodes.News news = Nodes.News.NONE;

    Node(Instant startedAt, Feed feed) {
      this.startedAt = startedAt;
      this.beatAt = startedAt;
      this.feed = feed;
    }
  }

  /// Shows a commit to all who listen, on every node.
  ///
  /// @param by the node that made it
  void publish(String by, SessionId session, List<Feed.Item.Shown> items) {
    nodes.forEach(
        (name, node) -> {
          node.feed.publish(session, items);
          node.feed.changed(session);
          if (!name.equals(by)) {
            node.news.changed(session);
          }
        });
  }

  /// Tells other nodes that a session owes work and that nobody holds it, if that is so.
  void freed(String by, Row row) {
    if (row.state.isFree() && row.state.owesWork()) {
      nodes.forEach(
          (name, node) -> {
            if (!name.equals(by)) {
              node.news.freed(row.session.id());
            }
          });
    }
  }

  /// Owes a job, as [dev.drover.session.Jobs#owe] does.
  void owe(Job.Order order, String directory, Instant now) {
    var place = order.here() ? directory : "";
    var known = MemoryJobs.find(jobs, order, place);
    if (known.isEmpty()) {
      jobs.add(new MemoryJobs.Row(++jobsMade, place, order, now));
    } else if (known.get().state == MemoryJobs.State.DONE) {
      known.get().renew(order, now);
    }
  }

  Row row(SessionId id) {
    var row = rows.get(id);
    if (row == null) {
      throw Refusals.notFound(id);
    }
    return row;
  }

  boolean hasSessionIn(EnvironmentId environment) {
    return rows.values().stream()
        .anyMatch(row -> row.session.origin().environment().equals(environment));
  }

  /// One session with its log and inbox.
  static final class Row {
    Session session;
    SessionState state;
    final List<Stored> log = new ArrayList<>();
    final Map<EventId, Integer> indexes = new HashMap<>();
    final Set<EventId> answered = new HashSet<>();
    final Map<EventId, Queued> inbox = new LinkedHashMap<>();
    final List<Delivered> deliveries = new ArrayList<>();

    Row(Session session) {
      this.session = session;
      state = SessionState.of(session);
    }

    void append(List<Stored> events) {
      for (var stored : events) {
        if (indexes.putIfAbsent(stored.event().id(), log.size()) != null) {
          throw new IllegalStateException("event " + stored.event().id() + " is in the log");
        }
        if (stored.event() instanceof Event.ToolResult result) {
          answered.add(result.toolUseId());
        }
        log.add(stored);
      }
    }
  }

  /// A send that was received.
  ///
  /// @param head where the log ended before it
  record Delivered(String fingerprint, Instant at, long head, List<Queued> events) {}
}
