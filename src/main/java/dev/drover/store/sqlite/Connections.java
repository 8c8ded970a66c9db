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

/// Opens the connections to a file, after it was checked and brought to the current schema.
record Connections(Link writer, List<Link> readers) {
  /// A read of one session takes well under a millisecond; more threads than cores gain nothing.
  private static final int READERS = 3;

  /// For others that look at the file, a backup for instance: the server itself never waits here.
  private static final Duration BUSY = Duration.ofSeconds(10);

  /// Up to this size a file is read through at every start (some 50 ms); beyond it, a start would
  /// take too long, and only its header and first pages are looked at.
  static final long CHECKED_BYTES = 32L * 1024 * 1024;

  /// A page that many appends touch is copied to the file once for all of them; 16 MB is what a
  /// start after a crash may have to read again.
  private static final String CHECKPOINT_PAGES = "4000";

  static Connections open(Path path, InstantSource clock) throws StoreUnusable {
    var opened = new ArrayList<Db>();
    try {
      NativeLibrary.load();
      var writer = connect(path, false);
      opened.add(writer);
      check(writer);
      Migrations.apply(writer, clock);
      writer.run("DELETE FROM node"); // there is one server to a file: this one
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
    var config = new SQLiteConfig();
    config.setJournalMode(SQLiteConfig.JournalMode.WAL);
    config.setSynchronous(SQLiteConfig.SynchronousMode.FULL);
    config.setBusyTimeout((int) BUSY.toMillis());
    config.setCacheSize(reader ? -4_096 : -16_384);
    config.setJournalSizeLimit(64 * 1024 * 1024);
    config.setPragma(SQLiteConfig.Pragma.WAL_AUTOCHECKPOINT, CHECKPOINT_PAGES);
    config.setGetGeneratedKeys(false);
    var connection = config.createConnection("jdbc:sqlite:" + path);
    // The driver follows each statement of a connection that commits by itself with a BEGIN and a
    // COMMIT of its own, in vain within our transactions. Told that it does not, it leaves them to
    // us.
    connection.setAutoCommit(false);
    var db = new Db(connection, SqliteDialect.SQLITE);
    db.run("COMMIT"); // of what the driver has just begun
    if (reader) {
      db.run("PRAGMA query_only = ON");
    }
    return db;
  }

  /// Refuses a damaged file, and one that is not ours.
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
    return code == SQLiteErrorCode.SQLITE_CORRUPT.code
        ? " is damaged (" + cause.getMessage() + "). Restore a backup."
        : " cannot be opened: " + cause.getMessage();
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
