package dev.drover.store.sqlite;

import dev.drover.store.StoreUnusable;
import dev.drover.store.sql.SqlLogs;
import java.nio.file.Path;
import java.sql.SQLException;

/// Opens a SQLite store for reading logs. Neither the file nor its write-ahead log is written; a
/// server may be using the file.
public final class SqliteLogs {
  private SqliteLogs() {}

  /// @throws StoreUnusable if this version of Drover cannot read the file
  public static SqlLogs open(Path path) throws StoreUnusable {
    try {
      NativeLibrary.load();
      var db = SqliteCheck.connect(path, SqliteCheck.isShared(path));
      try {
        Connections.check(db);
        return new SqlLogs(db);
      } catch (SQLException | StoreUnusable | RuntimeException e) {
        db.close();
        throw e;
      }
    } catch (SQLException e) {
      throw new StoreUnusable(path + Connections.reason(e), e);
    } catch (StoreUnusable e) {
      throw new StoreUnusable(path + " " + e.getMessage(), e);
    }
  }
}
