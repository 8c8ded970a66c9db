package dev.drover.store;

import dev.drover.catalog.Catalogs;
import dev.drover.session.EventLog;
import dev.drover.session.Jobs;
import dev.drover.session.Nodes;
import dev.drover.session.Sessions;

/// One place that keeps everything: the parts are views of the same transactions. Safe for many
/// threads; closed by the one who opened it, after which every call fails.
public interface Store extends AutoCloseable {
  EventLog eventLog();

  Sessions sessions();

  Catalogs catalogs();

  Nodes nodes();

  Jobs jobs();

  @Override
  void close();
}
