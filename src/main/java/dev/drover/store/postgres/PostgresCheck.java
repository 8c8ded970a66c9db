package dev.drover.store.postgres;

import dev.drover.base.Secret;
import dev.drover.store.StoreUnusable;
import dev.drover.store.sql.Db;
import dev.drover.store.sql.Migrations;
import dev.drover.store.sql.SqlCheck;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.List;
import java.util.function.Consumer;

/// An inspection of a PostgreSQL store without becoming one of its nodes. It creates, migrates and
/// writes nothing.
public final class PostgresCheck {
  /// The tables that every server writes.
  private static final List<String> WRITTEN =
      List.of("session", "session_origin", "event", "inbox", "thread", "node", "document", "job");

  private PostgresCheck() {}

  /// The state of a database that servers can use.
  ///
  /// @param url the URL for messages, without user and password
  /// @param version the version of PostgreSQL
  /// @param schema the version of Drover's tables; 0 if there are none yet
  /// @param newest the version to which this Drover migrates it
  /// @param nodes the number of nodes that other nodes consider alive
  public record Report(String url, String version, int schema, int newest, long nodes) {}

  /// Connects, and checks the version, the encoding, the rights and the schema.
  ///
  /// @param url as `PostgresStore.open` takes it
  /// @throws StoreUnusable if no server of this Drover could use the database
  /// @throws dev.drover.base.Problem `INVALID_REQUEST` if `url` is malformed
  public static Report look(Secret url) throws StoreUnusable {
    var database = DatabaseUrl.of(url.reveal());
    try (var db = connect(database)) {
      PostgresStore.check(db.connection());
      int schema = Migrations.version(db);
      if (schema < Migrations.newest() && !may(db, "has_schema_privilege", "CREATE")) {
        throw new StoreUnusable(
            "does not allow this user to create tables. Grant the user CREATE on the schema.");
      }
      for (var table : WRITTEN) {
        if (schema < Migrations.newest() && !exists(db, table)) {
          continue; // the next start creates it
        }
        for (var right : List.of("SELECT", "INSERT", "UPDATE", "DELETE")) {
          if (!may(db, "has_table_privilege", table, right)) {
            throw new StoreUnusable(
                "does not allow this user to %s in table %s. Grant the user this right."
                    .formatted(right, table));
          }
        }
      }
      long nodes = schema < Migrations.newest() ? 0 : db.number("SELECT COUNT(*) FROM node");
      return new Report(
          database.toString(),
          db.connection().getMetaData().getDatabaseProductVersion(),
          schema,
          Migrations.newest(),
          nodes);
    } catch (SQLException e) {
      throw new StoreUnusable(database + " " + PostgresStore.reason(e), e);
    } catch (StoreUnusable e) {
      throw new StoreUnusable(database + " " + e.getMessage(), e);
    }
  }

  private static boolean exists(Db db, String table) throws SQLException {
    return db.first("SELECT to_regclass(?) IS NOT NULL", row -> row.getBoolean(1), table)
        .orElse(false);
  }

  private static boolean may(Db db, String function, String... what) throws SQLException {
    var sql =
        what.length == 1
            ? "SELECT " + function + "(current_schema(), ?)"
            : "SELECT " + function + "(?, ?)";
    return db.first(sql, row -> row.getBoolean(1), (Object[]) what).orElse(false);
  }

  /// Opens the database for a check.
  ///
  /// @param url as `PostgresStore.open` takes it
  /// @throws StoreUnusable if it cannot be reached, or if this version of Drover cannot read it
  /// @throws dev.drover.base.Problem `INVALID_REQUEST` if `url` is malformed
  public static SqlCheck open(Secret url) throws StoreUnusable {
    var database = DatabaseUrl.of(url.reveal());
    try {
      var db = connect(database);
      try {
        return new SqlCheck(db, Ground.SNAPSHOTS);
      } catch (SQLException | StoreUnusable | RuntimeException e) {
        db.close();
        throw e;
      }
    } catch (SQLException e) {
      throw new StoreUnusable(database + " " + PostgresStore.reason(e), e);
    } catch (StoreUnusable e) {
      throw new StoreUnusable(database + " " + e.getMessage(), e);
    }
  }

  private static Db connect(DatabaseUrl url) throws SQLException {
    var connection = PostgresStore.connect(url);
    connection.setReadOnly(true);
    connection.setTransactionIsolation(Connection.TRANSACTION_REPEATABLE_READ);
    connection.setAutoCommit(false);
    return new Db(connection, PostgresDialect.POSTGRES);
  }

  private enum Ground implements SqlCheck.Ground {
    SNAPSHOTS;

    /// The driver sends BEGIN along with the first statement.
    @Override
    public void begin(Db db) {}

    /// Does nothing: PostgreSQL checks its own files.
    @Override
    public void damage(Db db, Consumer<String> told) {}

    @Override
    public void unmoved() {}
  }
}
