package dev.drover.store.memory;

import dev.drover.base.Ids;
import dev.drover.catalog.Agents;
import dev.drover.catalog.Environments;
import dev.drover.session.EventLog;
import dev.drover.session.Feed;
import dev.drover.session.Sessions;
import dev.drover.store.Store;
import java.time.InstantSource;

/// Keeps everything in this process, and only there. Every call is one transaction under one lock
/// and is published to the feed before the lock is free.
public final class MemoryStore implements Store {
  private final Agents agents = new MemoryAgents();
  private final Environments environments;
  private final EventLog eventLog;
  private final Sessions sessions;

  public MemoryStore(Feed feed, Ids ids, InstantSource clock) {
    var table = new Table();
    environments = new MemoryEnvironments(table);
    var node = ids.next("node_");
    eventLog = new MemoryEventLog(table, feed, node, clock);
    sessions = new MemorySessions(table, feed, node, ids, clock);
  }

  @Override
  public EventLog eventLog() {
    return eventLog;
  }

  @Override
  public Sessions sessions() {
    return sessions;
  }

  @Override
  public Agents agents() {
    return agents;
  }

  @Override
  public Environments environments() {
    return environments;
  }

  @Override
  public void close() {}
}
