package dev.drover.store.sqlite;

import dev.drover.store.StoreUnusable;
import dev.drover.store.sql.Db;
import dev.drover.store.sql.Link;
import dev.drover.store.sql.Migrations;
import java.nio.file.Path;
import java.sql.SQLException;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import org.sqlite.SQLiteConfig;
import org.sqlite.SQLiteErrorCode;
import org.sqlite.SQLiteException;

/// The connections to a SQLite file that was checked and migrated to the current schema.
record Connections(Link writer, List<Link> readers) {
  /// The number of readers. A read of one session takes well under a millisecond, so more threads
  /// than cores would gain nothing.
  private static final int READERS = 3;

  /// How long to wait for other programs that use the file, for example a backup. The server itself
  /// never waits here.
  static final Duration BUSY = Duration.ofSeconds(10);

  /// The largest file that is read completely at every start (about 50 ms). Of a larger file, only
  /// the header and the first pages are checked, because a start would take too long.
  static final long CHECKED_BYTES = 32L * 1024 * 1024;

  /// The number of pages between two checkpoints. A page that many appends change is copied to the
  /// file once for all of them; a start after a crash reads up to 16 MB again.
  private static final String CHECKPOINT_PAGES = "4000";

  static Connections open(Path path, InstantSource clock) throws StoreUnusable {
    var opened = new ArrayList<Db>();
    try {
      NativeLibrary.load();
      var writer = connect(path, false);
      opened.add(writer);
      check(writer);
      Migrations.apply(writer, clock);
      // This server is the only one of the file.
      writer.run("DELETE FROM node");
      writer.run("UPDATE credential SET refresh_until = NULL WHERE refresh_state = 'claimed'");
      for (int i = 0; i < READERS; i++) {
        opened.add(connect(path, true));
      }
      return new Connections(
          Link.up(writer, () -> connect(path, false)),
          opened.stream()
              .skip(1)
              .map(reader -> Link.up(reader, () -> connect(path, true)))
              .toList());
    } catch (SQLException e) {
      close(opened);
      throw new StoreUnusable(path + reason(e), e);
    } catch (StoreUnusable e) {
      close(opened);
      throw new StoreUnusable(path + " " + e.getMessage(), e);
    }
  }

  private static Db connect(Path path, boolean reader) throws SQLException {
    var connection = config(reader).createConnection("jdbc:sqlite:" + path);
    // In auto-commit mode the driver adds a BEGIN and a COMMIT of its own to each statement, which
    // are useless inside our transactions. Without that mode it leaves both to us.
    connection.setAutoCommit(false);
    var db = new Db(connection, SqliteDialect.SQLITE);
    db.run("COMMIT"); // of the transaction that the driver has just begun
    if (reader) {
      db.run("PRAGMA query_only = ON");
    }
    return db;
  }

  static SQLiteConfig config(boolean reader) {
    var config = new SQLiteConfig();
    config.setJournalMode(SQLiteConfig.JournalMode.WAL);
    config.setSynchronous(SQLiteConfig.SynchronousMode.FULL);
    config.setBusyTimeout((int) BUSY.toMillis());
    config.setCacheSize(reader ? -4_096 : -16_384);
    config.setJournalSizeLimit(64 * 1024 * 1024);
    config.setPragma(SQLiteConfig.Pragma.WAL_AUTOCHECKPOINT, CHECKPOINT_PAGES);
    config.setGetGeneratedKeys(false);
    // Removed rows are overwritten, so that no removed secret stays in the file.
    config.setPragma(SQLiteConfig.Pragma.SECURE_DELETE, "FAST");
    return config;
  }

  /// Refuses a damaged file, and a file that Drover did not write.
  static void check(Db db) throws SQLException, StoreUnusable {
    if (db.number("PRAGMA page_count") * db.number("PRAGMA page_size") <= CHECKED_BYTES) {
      var result = db.first("PRAGMA quick_check(1)", row -> row.getString(1)).orElse("no answer");
      if (!result.equals("ok")) {
        throw new StoreUnusable("is damaged (" + result + "). Restore a backup.");
      }
    }
    long tables = db.number("SELECT COUNT(*) FROM sqlite_master");
    long ours = db.number("SELECT COUNT(*) FROM sqlite_master WHERE name = 'schema_migration'");
    if (tables > 0 && ours == 0) {
      throw new StoreUnusable("is a database of another program. Use another file.");
    }
  }

  static String reason(SQLException cause) {
    var code = cause instanceof SQLiteException e ? e.getResultCode().code & 0xff : 0;
    if (code == SQLiteErrorCode.SQLITE_NOTADB.code) {
      return " is damaged, or not a database at all. Restore a backup, or name another file.";
    }
    if (code == SQLiteErrorCode.SQLITE_READONLY.code || code == SQLiteErrorCode.SQLITE_PERM.code) {
      return " cannot be written. Give this user write access, or choose another data directory.";
    }
    return code == SQLiteErrorCode.SQLITE_CORRUPT.code
        ? " is damaged (" + cause.getMessage() + "). Restore a backup."
        : " cannot be opened: " + cause.getMessage();
  }

  private static void close(List<Db> opened) {
    for (var db : opened) {
      try {
        db.close();
      } catch (SQLException _) {
        // the reason why it is unusable is already being thrown
      }
    }
  }
}
