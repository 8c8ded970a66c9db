package dev.drover.store.sql;

import dev.drover.store.StoreWork;
import java.util.concurrent.atomic.LongAdder;

/// Counts what threads with a connection do. Safe for many threads.
final class WorkTally {
  private final LongAdder statements = new LongAdder();
  private final LongAdder commits = new LongAdder();

  /// Takes over the number of statements that were run on a connection.
  void statements(Link link) {
    statements.add(link.takeStatements());
  }

  void commit() {
    commits.increment();
  }

  StoreWork work() {
    return new StoreWork(statements.sum(), commits.sum());
  }
}
