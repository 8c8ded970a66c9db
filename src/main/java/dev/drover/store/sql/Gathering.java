package dev.drover.store.sql;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// What the units of one transaction have taken and not yet written: a round trip to the database
/// is paid once for all of them. One thread.
final class Gathering {
  /// Rows of sessions that this transaction keeps, as they will be when all is written.
  private final Map<String, SessionRows.Row> sessions = new HashMap<>();

  private final Map<String, Pending> pending = new LinkedHashMap<>();

  /// One statement, and a row of values for each time that it is to run.
  ///
  /// @param exact whether it is to hit one row each time
  record Pending(String sql, boolean exact, List<@Nullable Object[]> rows) {}

  SessionRows.@Nullable Row session(String id) {
    return sessions.get(id);
  }

  void keep(String id, SessionRows.Row row) {
    sessions.put(id, row);
  }

  /// Somebody may have written rows of sessions in another way.
  void forgetSessions() {
    sessions.clear();
  }

  /// Whether `sql` may wait along with what waits under `name` already.
  boolean takes(String name, String sql) {
    var waiting = pending.get(name);
    return waiting == null || waiting.sql.equals(sql);
  }

  void add(String name, String sql, boolean exact, @Nullable Object... values) {
    pending.computeIfAbsent(name, _ -> new Pending(sql, exact, new ArrayList<>())).rows.add(values);
  }

  /// All that waits, in the order in which it began to; nothing waits afterwards.
  List<Pending> take() {
    var all = List.copyOf(pending.values());
    pending.clear();
    return all;
  }
}
