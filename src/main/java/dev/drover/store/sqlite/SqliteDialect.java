package dev.drover.store.sqlite;

import dev.drover.store.sql.Db;
import dev.drover.store.sql.Dialect;
import java.sql.SQLException;
import java.util.List;
import org.sqlite.SQLiteErrorCode;
import org.sqlite.SQLiteException;

/// The dialect of SQLite, in which a writing transaction has exclusive use of the file.
enum SqliteDialect implements Dialect {
  SQLITE;

  @Override
  public String databaseName() {
    return "sqlite";
  }

  @Override
  public String keepingRows() {
    return "";
  }

  @Override
  public String skippingKept() {
    return "";
  }

  @Override
  public String now() {
    return "CAST(unixepoch('subsec') * 1000000 AS INTEGER)";
  }

  @Override
  public void begin(Db db) throws SQLException {
    db.run("BEGIN IMMEDIATE");
  }

  @Override
  public void keepTable(Db db, String table) {}

  @Override
  public void commit(Db db) throws SQLException {
    db.run("COMMIT");
  }

  @Override
  public void rollBack(Db db) throws SQLException {
    db.run("ROLLBACK");
  }

  /// Removed rows were overwritten in the file. The log still has them, until everything in it is
  /// in the file and it begins anew. That waits for readers, such as a backup, and makes writers
  /// wait: therefore not for long.
  @Override
  public boolean purge(Db db, List<String> tables) throws SQLException {
    db.run("PRAGMA busy_timeout = 250");
    try {
      return db.number("PRAGMA wal_checkpoint(TRUNCATE)") == 0;
    } finally {
      db.run("PRAGMA busy_timeout = " + Connections.BUSY.toMillis());
    }
  }

  @Override
  public Trouble trouble(SQLException failure) {
    if (!(failure instanceof SQLiteException e)) {
      return Trouble.OTHER;
    }
    int code = e.getResultCode().code & 0xff;
    if (code == SQLiteErrorCode.SQLITE_CONSTRAINT.code) {
      return Trouble.CONSTRAINT;
    }
    return code == SQLiteErrorCode.SQLITE_FULL.code ? Trouble.FULL : Trouble.OTHER;
  }
}
