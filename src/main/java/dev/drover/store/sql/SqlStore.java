package dev.drover.store.sql;

import dev.drover.access.AccessStore;
import dev.drover.base.Ids;
import dev.drover.catalog.Catalogs;
import dev.drover.files.Files;
import dev.drover.files.Outputs;
import dev.drover.memory.Memories;
import dev.drover.profile.ProfileVersions;
import dev.drover.session.EventLog;
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
import java.sql.SQLException;
import java.time.InstantSource;

/// A store over a relational database. Its threads end with [#close].
///
/// Writes wait for each other and share commits; reads do not wait. On a full disk, writes fail
/// with `UNAVAILABLE` until there is space again, and reads continue to work. An interrupted caller
/// still waits for the outcome, and keeps the interrupt.
public final class SqlStore implements Store {
  private final Writer writer;
  private final Readers readers;
  private final Runnable onClose;
  private final Catalogs catalogs;
  private final Files files;
  private final Memories memories;
  private final Skills skills;
  private final VaultStore vaults;
  private final Receipts receipts;
  private final AccessStore access;
  private final SqlPlaceholders placeholders;
  private final Outputs outputs;
  private final ToolOutputs toolOutputs;
  private final EventLog eventLog;
  private final Sessions sessions;
  private final SessionResources sessionResources;
  private final Nodes nodes;
  private final Jobs jobs;
  private final Snapshots snapshots;
  private final ProfileVersions profileVersions;
  private final Webhooks webhooks;
  private final WebhookQueue webhookQueue;

  /// Registers this node, and frees what nodes that no longer exist held.
  ///
  /// @param place the name of the data directory: only its nodes can do the jobs for its content
  /// @param quota the limit for the stored contents of one workspace, in bytes
  /// @param onClose releases the other resources of the store
  public SqlStore(
      Writer writer,
      Readers readers,
      Peers peers,
      String place,
      long quota,
      Ids ids,
      InstantSource clock,
      Runnable onClose) {
    this.writer = writer;
    this.readers = readers;
    this.onClose = onClose;
    var self = new OwnNode(ids.next(SqlNodes.NAME_PREFIX), place);
    var blobs = new BlobRows(quota, clock);
    var outbox = new WebhookOutbox(ids);
    catalogs = SqlDocuments.catalogs(writer, readers, outbox, clock);
    files = new SqlFiles(writer, readers, blobs);
    memories = new SqlMemories(writer, readers, ids, clock);
    skills = new SqlSkills(writer, readers, blobs, clock);
    vaults = new SqlVaults(writer, readers, outbox, clock);
    receipts = new SqlReceipts(writer, readers, self, ids, clock);
    access = new SqlAccess(writer, readers);
    placeholders = new SqlPlaceholders(writer, readers, clock);
    outputs = new SqlOutputs(writer, readers, self, blobs, clock);
    toolOutputs = new SqlToolOutputs(writer, readers, blobs, clock);
    eventLog = new SqlEventLog(writer, readers, self, outbox, clock);
    sessions = new SqlSessions(writer, readers, self, blobs, outbox, ids, clock);
    sessionResources = new SqlSessionResources(writer, readers, blobs, clock);
    nodes = new SqlNodes(writer, readers, self, ids, clock, peers);
    jobs = new SqlJobs(writer, readers, self, clock);
    profileVersions = new SqlProfileVersions(writer, clock);
    snapshots = new SqlSnapshots(writer, readers, self, blobs, clock);
    webhooks = new SqlWebhooks(writer, readers);
    webhookQueue = new SqlWebhookQueue(writer, readers, self, outbox, clock);
    nodes.beat();
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

  @Override
  public Files files() {
    return files;
  }

  @Override
  public Memories memories() {
    return memories;
  }

  @Override
  public Skills skills() {
    return skills;
  }

  @Override
  public VaultStore vaults() {
    return vaults;
  }

  @Override
  public Receipts receipts() {
    return receipts;
  }

  @Override
  public AccessStore access() {
    return access;
  }

  @Override
  public Placeholders placeholders() {
    return placeholders;
  }

  @Override
  public Outputs outputs() {
    return outputs;
  }

  @Override
  public ToolOutputs toolOutputs() {
    return toolOutputs;
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
  public Snapshots snapshots() {
    return snapshots;
  }

  @Override
  public ProfileVersions profileVersions() {
    return profileVersions;
  }

  @Override
  public Webhooks webhooks() {
    return webhooks;
  }

  @Override
  public WebhookQueue webhookQueue() {
    return webhookQueue;
  }

  @Override
  public String database() {
    return readers.call(Migrations::database);
  }

  @Override
  public StoreWork work() {
    var written = writer.work();
    var read = readers.work();
    return new StoreWork(
        written.statements() + read.statements(), written.commits() + read.commits());
  }

  Writer writer() {
    return writer;
  }

  /// Completes the submitted work, then closes. Later calls are refused with `UNAVAILABLE`.
  @Override
  public void close() {
    try {
      readers.close();
      writer.close();
    } catch (SQLException e) {
      throw new IllegalStateException("the database did not close", e);
    } finally {
      onClose.run();
    }
  }
}
