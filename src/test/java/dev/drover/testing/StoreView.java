package dev.drover.testing;

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
import dev.drover.store.Store;
import dev.drover.store.StoreWork;
import dev.drover.vault.Placeholders;
import dev.drover.vault.Receipts;
import dev.drover.vault.VaultStore;
import dev.drover.webhooks.WebhookQueue;
import dev.drover.webhooks.Webhooks;

/// Another store seen through one's own eyes: override what should go otherwise.
public interface StoreView extends Store {
  /// The store behind it.
  Store store();

  @Override
  default EventLog eventLog() {
    return store().eventLog();
  }

  @Override
  default Sessions sessions() {
    return store().sessions();
  }

  @Override
  default Catalogs catalogs() {
    return store().catalogs();
  }

  @Override
  default SessionResources sessionResources() {
    return store().sessionResources();
  }

  @Override
  default Outputs outputs() {
    return store().outputs();
  }

  @Override
  default ToolOutputs toolOutputs() {
    return store().toolOutputs();
  }

  @Override
  default Files files() {
    return store().files();
  }

  @Override
  default Memories memories() {
    return store().memories();
  }

  @Override
  default Nodes nodes() {
    return store().nodes();
  }

  @Override
  default Snapshots snapshots() {
    return store().snapshots();
  }

  @Override
  default VaultStore vaults() {
    return store().vaults();
  }

  @Override
  default Receipts receipts() {
    return store().receipts();
  }

  @Override
  default AccessStore access() {
    return store().access();
  }

  @Override
  default Placeholders placeholders() {
    return store().placeholders();
  }

  @Override
  default Skills skills() {
    return store().skills();
  }

  @Override
  default ProfileVersions profileVersions() {
    return store().profileVersions();
  }

  @Override
  default Webhooks webhooks() {
    return store().webhooks();
  }

  @Override
  default WebhookQueue webhookQueue() {
    return store().webhookQueue();
  }

  @Override
  default String database() {
    return store().database();
  }

  @Override
  default StoreWork work() {
    return store().work();
  }

  @Override
  default Jobs jobs() {
    return store().jobs();
  }

  @Override
  default void close() {
    store().close();
  }
}
