package dev.drover.store;

import dev.drover.access.AccessStore;
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
import dev.drover.vault.Placeholders;
import dev.drover.vault.Receipts;
import dev.drover.vault.VaultStore;
import dev.drover.webhooks.WebhookQueue;
import dev.drover.webhooks.Webhooks;

/// A store of all data: its parts share one database and its transactions. Safe for many threads.
/// Its opener closes it; after that, every call fails.
public interface Store extends AutoCloseable {
  EventLog eventLog();

  Sessions sessions();

  SessionResources sessionResources();

  Catalogs catalogs();

  Files files();

  Memories memories();

  Skills skills();

  VaultStore vaults();

  Receipts receipts();

  AccessStore access();

  Placeholders placeholders();

  Outputs outputs();

  ToolOutputs toolOutputs();

  Nodes nodes();

  Jobs jobs();

  Snapshots snapshots();

  ProfileVersions profileVersions();

  Webhooks webhooks();

  WebhookQueue webhookQueue();

  /// The name of the database: letters and digits. No other database has it, except for a copy.
  String database();

  /// The work of the database so far.
  StoreWork work();

  @Override
  void close();
}
