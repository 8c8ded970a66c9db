package dev.drover.store.postgres;

import dev.drover.store.sql.Db;
import dev.drover.store.sql.Dialect;
import java.sql.SQLException;
import java.util.List;

/// The dialect of PostgreSQL, with its error codes.
///
/// @see <a href="https://www.postgresql.org/docs/current/errcodes-appendix.html">Error codes</a>
enum PostgresDialect implements Dialect {
  POSTGRES;

  @Override
  public String databaseName() {
    return "postgresql";
  }

  @Override
  public String keepingRows() {
    return " FOR UPDATE";
  }

  @Override
  public String skippingKept() {
    return " FOR UPDATE SKIP LOCKED";
  }

  @Override
  public String now() {
    return "CAST(EXTRACT(EPOCH FROM CURRENT_TIMESTAMP) * 1000000 AS BIGINT)";
  }

  /// The driver sends BEGIN along with the first statement.
  @Override
  public void begin(Db db) throws SQLException {
    db.connection().setAutoCommit(false);
  }

  @Override
  public void keepTable(Db db, String table) throws SQLException {
    db.run("LOCK TABLE " + table + " IN EXCLUSIVE MODE");
  }

  @Override
  public void commit(Db db) throws SQLException {
    db.connection().commit();
  }

  @Override
  public void rollBack(Db db) throws SQLException {
    db.connection().rollback();
  }

  /// Backups, replicas and the log still have removed rows until they expire.
  @Override
  public boolean purge(Db db, List<String> tables) throws SQLException {
    for (var table : tables) {
      db.run("VACUUM " + table);
    }
    return true;
  }

  @Override
  public Trouble trouble(SQLException failure) {
    var state = failure.getSQLState() == null ? "" : failure.getSQLState();
    return switch (state) {
      case "53100" -> Trouble.FULL;
      case "40001", "40P01" -> Trouble.CONFLICT;
      case "57P01", "57P02", "57P03", "53300", "25006" -> Trouble.BROKEN;
      default ->
          state.startsWith("08") || state.startsWith("58")
              ? Trouble.BROKEN
              : state.startsWith("23") ? Trouble.CONSTRAINT : Trouble.OTHER;
    };
  }
}
