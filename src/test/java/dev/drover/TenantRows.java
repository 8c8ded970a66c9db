package dev.drover;

import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/// What a database holds, for a comparison of two moments.
final class TenantRows {
  /// What changes by itself: beats, and jobs that are done now and then.
  private static final Set<String> RESTLESS = Set.of("node", "job");

  /// Changes at midnight.
  private static final String DAY = "last_used_day";

  private TenantRows() {}

  /// All rows, by their table.
  static Map<String, List<String>> of(Connection connection) throws SQLException {
    var rows = new TreeMap<String, List<String>>();
    for (var table : tables(connection)) {
      if (!RESTLESS.contains(table)) {
        rows.put(table, rows(connection, table));
      }
    }
    return rows;
  }

  private static List<String> tables(Connection connection) throws SQLException {
    var names = new ArrayList<String>();
    try (var tables =
        connection
            .getMetaData()
            .getTables(null, connection.getSchema(), "%", new String[] {"TABLE"})) {
      while (tables.next()) {
        names.add(tables.getString("TABLE_NAME"));
      }
    }
    return names;
  }

  private static List<String> rows(Connection connection, String table) throws SQLException {
    var rows = new ArrayList<String>();
    try (var statement = connection.createStatement();
        var found = statement.executeQuery("SELECT * FROM " + table)) {
      var columns = found.getMetaData();
      while (found.next()) {
        var row = new StringBuilder();
        for (int i = 1; i <= columns.getColumnCount(); i++) {
          boolean restless = columns.getColumnLabel(i).equals(DAY);
          row.append(restless ? "" : found.getString(i)).append(" | ");
        }
        rows.add(row.toString());
      }
    }
    rows.sort(null);
    return rows;
  }
}
