package dev.drover.store.sqlite;

import dev.drover.store.StoreUnusable;
import dev.drover.store.sql.Db;
import dev.drover.store.sql.SqlCheck;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.SQLException;
import java.util.function.Consumer;
import org.sqlite.SQLiteConfig;

/// Opens a SQLite store for a check. Neither the file nor its write-ahead log is written; a server
/// may be using the file.
public final class SqliteCheck {
  private static final int DAMAGE_TOLD = 20;

  private SqliteCheck() {}

  /// @throws StoreUnusable if the file does not exist, or if this version of Drover cannot read it
  public static SqlCheck open(Path path) throws StoreUnusable {
    if (!Files.isRegularFile(path)) {
      throw new StoreUnusable(path + " does not exist. Set the data directory with --data.");
    }
    // A write-ahead log means that a server uses the file or was killed: the file is opened as
    // shared. Without the log, no server has the file open, and sharing it would create a log.
    boolean shared = Files.exists(log(path));
    try {
      NativeLibrary.load();
      var db = connect(path, shared);
      try {
        return new SqlCheck(db, new Ground(path, shared));
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

  /// Whether the file can be opened as shared without creating files: its write-ahead log and the
  /// log's index exist, because a server uses the file or was killed.
  static boolean isShared(Path path) {
    return Files.exists(log(path))
        && Files.exists(path.resolveSibling(path.getFileName() + "-shm"));
  }

  private static Path log(Path path) {
    return path.resolveSibling(path.getFileName() + "-wal");
  }

  /// A read-only connection.
  static Db connect(Path path, boolean shared) throws SQLException {
    var config = new SQLiteConfig();
    config.setReadOnly(true);
    config.setGetGeneratedKeys(false);
    var name =
        "file:" + path.toAbsolutePath().toUri().getRawPath() + (shared ? "" : "?immutable=1");
    var connection = config.createConnection("jdbc:sqlite:" + name);
    connection.setAutoCommit(false); // as in Connections: we begin and end transactions
    var db = new Db(connection, SqliteDialect.SQLITE);
    db.run("COMMIT");
    return db;
  }

  private record Ground(Path path, boolean shared) implements SqlCheck.Ground {
    @Override
    public void begin(Db db) throws SQLException {
      db.run("BEGIN");
    }

    @Override
    public void damage(Db db, Consumer<String> told) throws SQLException {
      db.list("PRAGMA integrity_check(" + DAMAGE_TOLD + ")", row -> row.getString(1)).stream()
          .filter(line -> !line.equals("ok"))
          .forEach(line -> told.accept("the file is damaged: " + line));
    }

    @Override
    public void unmoved() throws StoreUnusable {
      if (!shared && Files.exists(log(path))) {
        throw new StoreUnusable("a server was started during the check. Run the check again.");
      }
    }
  }
}
