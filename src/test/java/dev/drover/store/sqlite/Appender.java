package dev.drover.store.sqlite;

import dev.drover.base.Ids;
import dev.drover.base.Scope;
import dev.drover.session.Emitted;
import dev.drover.session.Feed;
import dev.drover.session.Lease;
import dev.drover.store.sql.SqlStore;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;

/// A process that appends until it is killed, and tells of each event after it was acknowledged.
final class Appender {
  /// Events of one emission.
  static final int TOGETHER = 2;

  private Appender() {}

  /// @param args the file, and a seed for ids
  public static void main(String[] args) throws Exception {
    var ids = new Ids(new Random(Long.parseLong(args[1])));
    try (var store = SqliteStore.open(Path.of(args[0]), new Feed(), ids, InstantSource.system());
        var scope = new Scope()) {
      var appenders = new ArrayList<Scope.Task<Boolean>>();
      for (int i = 0; i < 8; i++) {
        var session = Samples.session(ids);
        store.sessions().create(session, List.of());
        var lease = store.eventLog().claim(session.id()).orElseThrow();
        store.eventLog().emitEvents(lease, Samples.running(ids));
        appenders.add(scope.fork(() -> append(store, ids, lease)));
      }
      for (var appender : appenders) {
        appender.join();
      }
    }
  }

  private static boolean append(SqlStore store, Ids ids, Lease lease) {
    while (!Thread.currentThread().isInterrupted()) {
      var emitted = store.eventLog().emitEvents(lease, Samples.emission(ids, TOGETHER, "words"));
      if (emitted instanceof Emitted.Appended appended) {
        for (var stored : appended.events()) {
          System.out.println(lease.session() + " " + stored.event().id() + " .");
        }
      }
    }
    return true;
  }
}
