package dev.drover.store.sql;

import dev.drover.store.StoreUnusable;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;

/// Writes what a store holds as an earlier Drover would have written it.
public final class OldSchema {
  /// The last schema that kept events by the id of their session.
  public static final int LAST = 10;

  /// A table of then, the rows of now that fill it, and columns by the version that they came with.
  private record Table(String name, String source, List<String> columns, List<String> later) {
    /// @param column a name, or a name and what it is made of
    private static String value(String column) {
      return column.contains("=") ? column.substring(column.indexOf('=') + 1) : column;
    }

    private static String name(String column) {
      return column.contains("=") ? column.substring(0, column.indexOf('=')) : column;
    }

    List<String> columns(int version) {
      var all = new ArrayList<>(columns);
      for (var column : later) {
        int space = column.indexOf(' ');
        if (Integer.parseInt(column.substring(0, space)) <= version) {
          all.add(column.substring(space + 1));
        }
      }
      return all;
    }
  }

  private static final List<Table> TABLES =
      List.of(
          new Table(
              "session",
              "session",
              List.of(
                  "id",
                  "workspace_id",
                  "status",
                  "input_tokens",
                  "output_tokens",
                  "cache_read_tokens",
                  "cache_creation_tokens",
                  "active_micros",
                  "running_since",
                  "started",
                  "boundary",
                  "created_at",
                  "updated_at",
                  "archived_at",
                  "head",
                  "received",
                  "last_processed",
                  "epoch",
                  "node"),
              List.of("3 seen", "3 awaited")),
          new Table(
              "session_origin",
              "session_origin o JOIN session s ON s.key = o.session_key",
              List.of(
                  "session_id=s.id",
                  "workspace_id=s.workspace_id",
                  "thread_id",
                  "agent_id",
                  "agent_version",
                  "agent",
                  "environment_id",
                  "networking",
                  "title",
                  "metadata"),
              List.of("4 budget", "10 newer")),
          new Table(
              "event",
              "event e JOIN session s ON s.key = e.session_key",
              List.of(
                  "session_id=s.id",
                  "position",
                  "workspace_id=s.workspace_id",
                  "id=e.id",
                  "type",
                  "visible",
                  "processed_at",
                  "json",
                  "hidden"),
              List.of("5 epoch=e.epoch", "7 result_of")),
          new Table(
              "inbox",
              "inbox i JOIN session s ON s.key = i.session_key WHERE i.json IS NOT NULL",
              List.of(
                  "session_id=s.id", "sequence", "workspace_id=s.workspace_id", "id=i.id", "json"),
              List.of()),
          new Table(
              "delivery",
              """
              (SELECT session_key, send, fingerprint, MIN(received_at) AS received_at,
                 MIN(sent_at) AS sent_at, MIN(head) AS head, string_agg(id, ' ' ORDER BY sequence) AS ids
               FROM inbox GROUP BY session_key, send, fingerprint) d
              JOIN session s ON s.key = d.session_key\
              """,
              List.of(
                  "session_id=s.id",
                  "fingerprint",
                  "workspace_id=s.workspace_id",
                  "received_at",
                  "first_sequence=send",
                  "event_ids=ids"),
              List.of("8 head=d.head", "8 sent_at")));

  private OldSchema() {}

  /// Copies sessions.
  ///
  /// @param database the name of both
  /// @param old empty, to be of schema `version` up to [#LAST]
  public static void copy(Connection now, Connection old, String database, int version)
      throws SQLException, StoreUnusable {
    make(old, database, version);
    old.setAutoCommit(false);
    for (var table : TABLES) {
      copy(now, old, table, version);
    }
    old.commit();
  }

  /// Makes the tables of then.
  ///
  /// @param database its name
  public static void make(Connection old, String database, int version)
      throws SQLException, StoreUnusable {
    old.setAutoCommit(false);
    Migrations.apply(new Db(old, new Plain(database)), InstantSource.system(), version);
    old.commit();
    old.setAutoCommit(true);
  }

  private static void copy(Connection now, Connection old, Table table, int version)
      throws SQLException {
    var columns = table.columns(version);
    var insert =
        "INSERT INTO %s (%s) VALUES (%s)"
            .formatted(
                table.name,
                String.join(", ", columns.stream().map(Table::name).toList()),
                EventRows.marks(columns.size()));
    var select =
        "SELECT %s FROM %s"
            .formatted(
                String.join(", ", columns.stream().map(Table::value).toList()), table.source);
    try (var read = now.createStatement();
        var write = old.prepareStatement(insert);
        var rows = read.executeQuery(select)) {
      while (rows.next()) {
        for (int i = 1; i <= columns.size(); i++) {
          write.setObject(i, rows.getObject(i));
        }
        write.addBatch();
      }
      write.executeBatch();
    }
  }

  /// A connection whose transactions are JDBC's.
  private record Plain(String databaseName) implements Dialect {
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
      return "0";
    }

    @Override
    public boolean purge(Db db, List<String> tables) {
      throw new IllegalStateException("nothing is removed");
    }

    @Override
    public void begin(Db db) {}

    @Override
    public void keepTable(Db db, String table) {}

    @Override
    public void commit(Db db) throws SQLException {
      db.connection().commit();
    }

    @Override
    public void rollBack(Db db) throws SQLException {
      db.connection().rollback();
    }

    @Override
    public Trouble trouble(SQLException failure) {
      return Trouble.OTHER;
    }
  }
}
