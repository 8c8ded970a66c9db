package dev.drover.store.sql;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// A connection with its prepared statements. One thread.
public final class Db implements AutoCloseable {
  /// The maximum number of prepared statements; beyond it, the least recently used one is closed.
  static final int STATEMENT_LIMIT = 256;

  /// The SQL state of a violated constraint.
  private static final String BROKEN_RULE = "23000";

  private final Connection connection;
  private final Dialect dialect;
  private long writes;
  private long executed;
  private @Nullable Gathering gathering;
  private final Map<String, PreparedStatement> statements = new LinkedHashMap<>(64, 0.75f, true);

  public Db(Connection connection, Dialect dialect) {
    this.connection = connection;
    this.dialect = dialect;
  }

  Dialect dialect() {
    return dialect;
  }

  public Connection connection() {
    return connection;
  }

  /// Reads a value from a row.
  @FunctionalInterface
  public interface Reader<T> {
    T read(ResultSet row) throws SQLException;
  }

  public <T> List<T> list(String sql, Reader<T> reader, @Nullable Object... values)
      throws SQLException {
    settle(sql);
    return use(
        sql,
        statement -> {
          bind(statement, values);
          try (var rows = statement.executeQuery()) {
            var list = new ArrayList<T>();
            while (rows.next()) {
              list.add(reader.read(rows));
            }
            return list;
          }
        });
  }

  public <T> Optional<T> first(String sql, Reader<T> reader, @Nullable Object... values)
      throws SQLException {
    settle(sql);
    return use(
        sql,
        statement -> {
          bind(statement, values);
          try (var rows = statement.executeQuery()) {
            return rows.next() ? Optional.of(reader.read(rows)) : Optional.empty();
          }
        });
  }

  /// Receives a row.
  @FunctionalInterface
  interface Visitor {
    void visit(ResultSet row) throws SQLException;
  }

  /// Passes each row to a visitor without holding all rows in memory, within a transaction.
  ///
  /// @param fetched the number of rows that are held at once
  void walk(String sql, int fetched, Visitor visitor, @Nullable Object... values)
      throws SQLException {
    settle(sql);
    use(
        sql,
        statement -> {
          statement.setFetchSize(fetched);
          bind(statement, values);
          try (var rows = statement.executeQuery()) {
            while (rows.next()) {
              visitor.visit(rows);
            }
            return rows;
          }
        });
  }

  /// A count, or another single number.
  public long number(String sql, @Nullable Object... values) throws SQLException {
    return first(sql, row -> row.getLong(1), values)
        .orElseThrow(() -> new IllegalStateException("no row: " + sql));
  }

  /// The number of writes issued or queued on this connection.
  long writes() {
    return writes;
  }

  /// The number of statements that were run since the last call; a batch counts once for each row.
  long takeStatements() {
    long taken = executed;
    executed = 0;
    return taken;
  }

  /// Writes at once.
  ///
  /// @return the number of rows that were changed
  public int update(String sql, @Nullable Object... values) throws SQLException {
    settle(sql);
    return use(
        sql,
        statement -> {
          bind(statement, values);
          return statement.executeUpdate();
        });
  }

  /// Runs the same statement for each row of values, in one batch.
  ///
  /// @return the number of rows that were changed
  int each(String sql, List<@Nullable Object[]> rows) throws SQLException {
    if (rows.isEmpty()) {
      return 0;
    }
    if (rows.size() == 1) {
      return update(sql, rows.getFirst());
    }
    settle(sql);
    return batch(sql, rows);
  }

  private int batch(String sql, List<@Nullable Object[]> rows) throws SQLException {
    executed += rows.size() - 1;
    return use(
        sql,
        statement -> {
          for (var values : rows) {
            bind(statement, values);
            statement.addBatch();
          }
          return Arrays.stream(statement.executeBatch()).sum();
        });
  }

  /// Makes writes through [#later] wait for [#flush], until [#scatter].
  void gather() {
    gathering = new Gathering();
  }

  /// Drops the waiting writes.
  void scatter() {
    gathering = null;
  }

  @Nullable Gathering gathering() {
    return gathering;
  }

  /// Writes now, or, after [#gather], together with the writes of other units and before any other
  /// statement. In that case a failure is thrown only then.
  ///
  /// @param name statements under one name run in their order; those under different names must not
  ///   depend on each other
  void later(String name, String sql, @Nullable Object... values) throws SQLException {
    if (gathering == null) {
      update(sql, values);
      return;
    }
    add(gathering, name, sql, false, values);
  }

  private void add(
      Gathering gathering, String name, String sql, boolean exact, @Nullable Object... values)
      throws SQLException {
    if (!gathering.takes(name, sql)) {
      flush();
    }
    writes++;
    gathering.add(name, sql, exact, values);
  }

  /// As [#later], for a statement that must change exactly one row.
  ///
  /// @return false if none was changed; if that is known only later, [#flush] fails
  boolean one(String name, String sql, @Nullable Object... values) throws SQLException {
    if (gathering == null) {
      return update(sql, values) == 1;
    }
    add(gathering, name, sql, true, values);
    return true;
  }

  /// Runs the waiting writes.
  ///
  /// @throws SQLException also as a violated constraint, if a row that must be changed does not
  ///   exist
  void flush() throws SQLException {
    if (gathering != null) {
      for (var pending : gathering.take()) {
        int hit = batch(pending.sql(), pending.rows());
        if (pending.exact() && hit != pending.rows().size()) {
          throw new SQLException("rows were not there: " + pending.sql(), BROKEN_RULE);
        }
      }
    }
  }

  /// Runs the waiting writes before a statement, so that it sees them.
  private void settle(String sql) throws SQLException {
    flush();
    if (!sql.startsWith("SELECT")) {
      writes++;
      if (gathering != null) {
        gathering.forgetSessions();
      }
    }
  }

  /// Runs a statement without values and without rows.
  public void run(String sql) throws SQLException {
    use(sql, PreparedStatement::execute);
  }

  private interface Use<T> {
    T of(PreparedStatement statement) throws SQLException;
  }

  /// Runs a prepared statement. A statement that failed is not used again: the driver may have
  /// closed it (it does so on a full disk), or left values of a batch in it.
  private <T> T use(String sql, Use<T> use) throws SQLException {
    executed++;
    try {
      return use.of(prepared(sql));
    } catch (SQLException | RuntimeException e) {
      var failed = statements.remove(sql);
      if (failed != null) {
        failed.close();
      }
      throw e;
    }
  }

  private static void bind(PreparedStatement statement, @Nullable Object... values)
      throws SQLException {
    for (int i = 0; i < values.length; i++) {
      switch (values[i]) {
        case null -> statement.setObject(i + 1, null);
        case String text -> statement.setString(i + 1, text);
        case Long number -> statement.setLong(i + 1, number);
        case Integer number -> statement.setInt(i + 1, number);
        case Object other -> throw new IllegalStateException("cannot bind " + other.getClass());
      }
    }
  }

  private PreparedStatement prepared(String sql) throws SQLException {
    var known = statements.get(sql);
    if (known != null) {
      return known;
    }
    if (statements.size() >= STATEMENT_LIMIT) {
      var oldest = statements.entrySet().iterator();
      oldest.next().getValue().close();
      oldest.remove();
    }
    var statement = connection.prepareStatement(sql);
    statements.put(sql, statement);
    return statement;
  }

  static @Nullable Long nullableLong(ResultSet row, String column) throws SQLException {
    long value = row.getLong(column);
    return row.wasNull() ? null : value;
  }

  @Override
  public void close() throws SQLException {
    for (var statement : statements.values()) {
      statement.close();
    }
    connection.close();
  }
}
