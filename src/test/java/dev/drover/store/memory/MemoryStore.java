package dev.drover.store.memory;

import dev.drover.access.AccessStore;
import dev.drover.base.Ids;
import dev.drover.catalog.Catalogs;
import dev.drover.files.Files;
import dev.drover.files.Outputs;
import dev.drover.memory.Memories;
import dev.drover.profile.ProfileVersions;
import dev.drover.session.EventLog;
import dev.drover.session.Feed;
import dev.drover.session.Jobs;
import dev.drover.session.Nodes;
import dev.drover.session.SessionResources;
import dev.drover.session.Sessions;
import dev.drover.session.Snapshots;
import dev.drover.session.ToolOutputs;
import dev.drover.skills.Skills;
import dev.drover.store.OwnNode;
import dev.drover.store.Store;
import dev.drover.store.StoreWork;
import dev.drover.vault.Placeholders;
import dev.drover.vault.Receipts;
import dev.drover.vault.VaultStore;
import dev.drover.webhooks.WebhookQueue;
import dev.drover.webhooks.Webhooks;
import java.lang.reflect.Proxy;
import java.time.InstantSource;

/// Keeps everything in this process, and only there. Every call is one transaction under one lock
/// and is published to the feed before the lock is free.
public final class MemoryStore implements Store {
  private final AccessStore access = new MemoryAccess();

  private final Table table;
  private final Catalogs catalogs;
  private final EventLog eventLog;
  private final Sessions sessions;
  private final Nodes nodes;
  private final Jobs jobs;
  private final SessionResources sessionResources;

  public MemoryStore(Feed feed, Ids ids, InstantSource clock) {
    var shared = new Table();
    this(shared, MemoryDocuments.catalogs(shared), "", feed, ids, clock);
  }

  private MemoryStore(
      Table table, Catalogs catalogs, String place, Feed feed, Ids ids, InstantSource clock) {
    this.table = table;
    this.catalogs = catalogs;
    var self = new OwnNode(ids.next("node_"), place);
    eventLog = new MemoryEventLog(table, self, clock);
    sessions = new MemorySessions(table, self, ids, clock);
    var own = new MemoryNodes(table, self, feed, ids, clock);
    own.register();
    nodes = own;
    jobs = new MemoryJobs(table, self, clock);
    sessionResources = new MemorySessionResources(table);
  }

  /// The same store, seen from another node.
  public MemoryStore join(Feed feed, Ids ids, InstantSource clock) {
    return join("", feed, ids, clock);
  }

  /// As above, from a node with another data directory.
  public MemoryStore join(String place, Feed feed, Ids ids, InstantSource clock) {
    return new MemoryStore(table, catalogs, place, feed, ids, clock);
  }

  @Override
  public String database() {
    return "memory";
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
  public SessionResources sessionResources() {
    return sessionResources;
  }

  @Override
  public Catalogs catalogs() {
    return catalogs;
  }

  /// Snapshots are tested on databases alone.
  @Override
  public Snapshots snapshots() {
    throw new UnsupportedOperationException();
  }

  /// Files are tested on databases alone.
  @Override
  public Outputs outputs() {
    throw new UnsupportedOperationException("outputs");
  }

  /// As the contents to which they refer.
  @Override
  public ToolOutputs toolOutputs() {
    return onDatabasesAlone(ToolOutputs.class);
  }

  @Override
  public Files files() {
    return onDatabasesAlone(Files.class);
  }

  /// Skills are tested on databases alone.
  @Override
  public Skills skills() {
    return onDatabasesAlone(Skills.class);
  }

  /// Credentials are tested on databases alone.
  @Override
  public VaultStore vaults() {
    return onDatabasesAlone(VaultStore.class);
  }

  /// Receipts are tested on databases alone.
  @Override
  public Receipts receipts() {
    return onDatabasesAlone(Receipts.class);
  }

  /// Workspaces and keys are tested on databases alone.
  @Override
  public AccessStore access() {
    return access;
  }

  /// Placeholders are tested on databases alone.
  @Override
  public Placeholders placeholders() {
    return onDatabasesAlone(Placeholders.class);
  }

  private static <T> T onDatabasesAlone(Class<T> type) {
    return type.cast(
        Proxy.newProxyInstance(
            type.getClassLoader(),
            new Class<?>[] {type},
            (_, method, _) -> {
              throw new UnsupportedOperationException(method.getName());
            }));
  }

  /// Memories are tested on databases alone: each method fails.
  @Override
  public Memories memories() {
    return (Memories)
        Proxy.newProxyInstance(
            Memories.class.getClassLoader(),
            new Class<?>[] {Memories.class},
            (_, method, _) -> {
              throw new UnsupportedOperationException(method.getName());
            });
  }

  /// Versions of profiles are tested on databases alone.
  @Override
  public ProfileVersions profileVersions() {
    return onDatabasesAlone(ProfileVersions.class);
  }

  /// Webhooks are tested on databases alone.
  @Override
  public Webhooks webhooks() {
    return onDatabasesAlone(Webhooks.class);
  }

  @Override
  public WebhookQueue webhookQueue() {
    return onDatabasesAlone(WebhookQueue.class);
  }

  @Override
  public Nodes nodes() {
    return nodes;
  }

  @Override
  public Jobs jobs() {
    return jobs;
  }

  @Override
  public StoreWork work() {
    return StoreWork.NONE;
  }

  @Override
  public void close() {}
}
