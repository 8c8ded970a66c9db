package dev.drover.store.memory;

import dev.drover.base.Ids;
import dev.drover.catalog.WorkspaceId;
import dev.drover.session.Feed;
import dev.drover.session.Lease;
import dev.drover.session.Nodes;
import dev.drover.session.SessionId;
import dev.drover.store.OwnNode;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;

final class MemoryNodes implements Nodes {
  private static final Duration LAPSE = Duration.ofSeconds(5);

  private final Table table;
  private final OwnNode self;
  private final Feed feed;
  private final Ids ids;
  private final InstantSource clock;
  private News news = News.NONE;

  MemoryNodes(Table table, OwnNode self, Feed feed, Ids ids, InstantSource clock) {
    this.table = table;
    this.self = self;
    this.feed = feed;
    this.ids = ids;
    this.clock = clock;
  }

  @Override
  public boolean beat() {
    synchronized (table) {
      var now = clock.instant();
      var known = table.nodes.get(self.name());
      if (known == null) {
        self.rename(ids.next("node_"));
        register();
      } else {
        known.beatAt = now;
      }
      table.nodes.values().removeIf(node -> node.beatAt.isBefore(now.minus(LAPSE)));
      for (var row : table.rows.values()) {
        if (row.state.node() != null && !table.nodes.containsKey(row.state.node())) {
          row.state = row.state.released();
        }
      }
      MemoryJobs.freeOrphans(table);
      return known != null;
    }
  }

  void register() {
    synchronized (table) {
      var node = new Table.Node(clock.instant(), feed);
      node.news = news;
      table.nodes.put(self.name(), node);
    }
  }

  @Override
  public Duration lapse() {
    return LAPSE;
  }

  @Override
  public List<Lease> claim(int limit) {
    synchronized (table) {
      var leases = new ArrayList<Lease>();
      for (var row : table.rows.values()) {
        if (leases.size() < limit && row.state.isFree() && row.state.owesWork()) {
          MemoryEventLog.claim(row, self).ifPresent(leases::add);
        }
      }
      return List.copyOf(leases);
    }
  }

  @Override
  public List<Lease> held() {
    synchronized (table) {
      return table.rows.values().stream()
          .filter(row -> self.name().equals(row.state.node()))
          .map(row -> new Lease(row.session.id(), row.state.epoch()))
          .toList();
    }
  }

  @Override
  public void drain() {
    self.leave();
  }

  @Override
  public void leave() {
    synchronized (table) {
      self.leave();
      table.nodes.remove(self.name());
      MemoryJobs.freeOrphans(table);
      for (var row : table.rows.values()) {
        if (self.name().equals(row.state.node())) {
          row.state = row.state.released();
          table.freed(self.name(), row);
        }
      }
    }
  }

  @Override
  public void onNews(News news) {
    synchronized (table) {
      this.news = news;
      var node = table.nodes.get(self.name());
      if (node != null) {
        node.news = news;
      }
    }
  }

  @Override
  public Optional<Holding> holding(SessionId id) {
    synchronized (table) {
      return Optional.ofNullable(table.rows.get(id))
          .map(row -> row.state)
          .map(state -> new Holding(state.node(), state.epoch(), state.owesWork()));
    }
  }

  @Override
  public Queue queue() {
    synchronized (table) {
      var waiting =
          table.rows.values().stream()
              .map(row -> row.state)
              .filter(state -> state.isFree() && state.owesWork())
              .limit(QUEUE_LIMIT)
              .map(state -> state.progress().updatedAt())
              .sorted()
              .toList();
      return new Queue(waiting.size(), waiting.stream().findFirst());
    }
  }

  @Override
  public List<SessionId> atWork(WorkspaceId workspace, int limit) {
    synchronized (table) {
      return table.rows.values().stream()
          .filter(row -> row.session.workspace().equals(workspace) && row.state.owesWork())
          .sorted(Comparator.comparing(row -> row.state.progress().updatedAt()))
          .limit(limit)
          .map(row -> row.session.id())
          .toList();
    }
  }

  @Override
  public List<Member> members() {
    synchronized (table) {
      var now = clock.instant();
      return table.nodes.entrySet().stream()
          .map(
              node ->
                  new Member(
                      node.getKey(),
                      "here",
                      ProcessHandle.current().pid(),
                      node.getValue().startedAt,
                      Duration.between(node.getValue().beatAt, now),
                      table.rows.values().stream()
                          .filter(row -> node.getKey().equals(row.state.node()))
                          .count(),
                      node.getKey().equals(self.name())))
          .toList();
    }
  }
}
