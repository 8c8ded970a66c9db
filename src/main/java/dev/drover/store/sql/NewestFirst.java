package dev.drover.store.sql;

import dev.drover.store.Cursor;
import dev.drover.store.Micros;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/// Builds the statement for a page of a list whose rows have `created_at` and `id`, newest first.
final class NewestFirst {
  private final StringBuilder sql;
  private final List<Object> bound;

  /// @param select a statement that ends in conditions
  NewestFirst(String select, Object... bound) {
    this.sql = new StringBuilder(select);
    this.bound = new ArrayList<>(List.of(bound));
  }

  NewestFirst and(String condition, Object... values) {
    sql.append(" AND ").append(condition);
    bound.addAll(List.of(values));
    return this;
  }

  /// A statement and its values; the last value is the maximum number of rows.
  record Query(String sql, List<Object> bound) {
    Object[] values() {
      return bound.toArray();
    }

    /// @param size the expression for the size of a row, in bytes
    PageQuery sized(String size) {
      return PageQuery.of(sql, size, bound);
    }
  }

  /// One row more than the page, which shows whether there is a next page.
  ///
  /// @param page the cursor that a client sent, of the list `from`
  Query query(Optional<String> page, Cursor.Of from, int limit) {
    Cursor.read(page, from, false)
        .ifPresent(
            after -> and("(created_at, id) < (?, ?)", Micros.of(after.createdAt()), after.id()));
    sql.append(" ORDER BY created_at DESC, id DESC LIMIT ?");
    bound.add(limit + 1L);
    return new Query(sql.toString(), List.copyOf(bound));
  }
}
