package dev.drover.store.sqlite;

import dev.drover.store.StoreUnusable;
import java.nio.file.Path;
import java.sql.SQLException;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import org.sqlite.SQLiteConfig;

/// Opens the connections to a file, after it was checked and brought to the current schema.
record Connections(Db writer, List<Db> readers) {
  /// For others that look at the file, a backup for instance: the server itself never waits here.
  private static final Duration BUSY = Duration.ofSeconds(10);

  /// Up to this size a file is read through at every start (some 50 ms); beyond it, a start would
  /// take too long, and only its header and first pages are looked at.
  static final long CHECKED_BYTES = 32L * 1024 * 1024;

  static Connections open(Path path, InstantSource clock) throws StoreUnusable {
    var opened = new ArrayList<Db>();
    try {
      var writer = connect(path, false);
      opened.add(writer);
      check(writer);
      Migrations.apply(writer, clock);
      for (int i = 0; i < Readers.THREADS; i++) {
        opened.add(connect(path, true));
      }
      return new Connections(writer, List.copyOf(opened.subList(1, opened.size())));
    } catch (SQLException e) {
      close(opened);
      throw new StoreUnusable(
          path
              + " is damaged or not a database of Drover ("
              + e.getMessage()
              + "). Restore a backup.",
          e);
    } catch (StoreUnusable e) {
      close(opened);
      throw new StoreUnusable(path + " " + e.getMessage(), e);
    }
  }

  private static Db connect(Path path, boolean reader) throws SQLException {
    var config = new SQLiteConfig();
    config.setJournalMode(SQLiteConfig.JournalMode.WAL);
    config.setSynchronous(SQLiteConfig.SynchronousMode.FULL);
    config.enforceForeignKeys(true);
    config.setBusyTimeout((int) BUSY.toMillis());
    config.setCacheSize(reader ? -4_096 : -16_384);
    config.setJournalSizeLimit(64 * 1024 * 1024);
    config.setGetGeneratedKeys(false);
    var db = new Db(config.createConnection("jdbc:sqlite:" + path));
    if (reader) {
      db.run("PRAGMA query_only = ON");
    }
    return db;
  }

  private static void check(Db db) throws SQLException, StoreUnusable {
    long bytes = db.number("PRAGMA page_count") * db.number("PRAGMA page_size");
    if (bytes <= CHECKED_BYTES) {
      var result = db.first("PRAGMA quick_check(1)", row -> row.getString(1)).orElse("no answer");
      if (!result.equals("ok")) {
        throw new StoreUnusable("is damaged (" + result + "). Restore a backup.");
      }
    }
  }

  private static void close(List<Db> opened) {
    for (var db : opened) {
      try {
        db.close();
      } catch (SQLException _) {
        // the reason why it is of no use is on its way already
      }
    }
  }
}
