package dev.drover.store.sql;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// The rows that the units of one transaction have locked, and their waiting writes, so that all
/// units share one round trip to the database. One thread.
final class Gathering {
  /// The rows of sessions that this transaction has locked, as they will be after all writes.
  private final Map<String, SessionRows.Row> sessions = new HashMap<>();

  private final Map<String, Pending> pending = new LinkedHashMap<>();

  /// One statement, and a row of values for each run.
  ///
  /// @param exact whether each run must change exactly one row
  record Pending(String sql, boolean exact, List<@Nullable Object[]> rows) {}

  SessionRows.@Nullable Row session(String id) {
    return sessions.get(id);
  }

  void keep(String id, SessionRows.Row row) {
    sessions.put(id, row);
  }

  /// Forgets the rows of sessions, because another statement may have changed them.
  void forgetSessions() {
    sessions.clear();
  }

  /// Whether `sql` can wait together with the statement that already waits under `name`.
  boolean takes(String name, String sql) {
    var waiting = pending.get(name);
    return waiting == null || waiting.sql.equals(sql);
  }

  void add(String name, String sql, boolean exact, @Nullable Object... values) {
    pending.computeIfAbsent(name, _ -> new Pending(sql, exact, new ArrayList<>())).rows.add(values);
  }

  /// Removes and returns all waiting writes, in the order in which they were added.
  List<Pending> take() {
    var all = List.copyOf(pending.values());
    pending.clear();
    return all;
  }
}
