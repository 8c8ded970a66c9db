package dev.drover.store.sql;

import dev.drover.session.Slice;
import java.sql.SQLException;
import java.util.List;
import java.util.regex.Pattern;

/// A query for a page of a list. The page ends before the row that would exceed [Slice#BYTES], but
/// has at least one row. The sizes are read first, for which the database reads no texts.
///
/// @param sizes the page's statement, with the size of each row in place of its columns
/// @param rows the page's statement
/// @param bound the values of both; the last one is the maximum number of rows
record PageQuery(String sizes, String rows, List<Object> bound) {
  private static final Pattern FROM = Pattern.compile("\\sFROM\\s");

  /// @param rows a statement that ends in `LIMIT ?`, with no `FROM` among its columns
  /// @param size the expression for the size of a row, in bytes
  static PageQuery of(String rows, String size, List<Object> bound) {
    var sources = FROM.splitWithDelimiters(rows, 2);
    return new PageQuery("SELECT " + size + sources[1] + sources[2], rows, bound);
  }

  /// The items that were found.
  ///
  /// @param items up to one more than `limit`; the additional item shows that there is a next page
  record Found<T>(List<T> items, int limit) {
    Found<T> with(List<T> changed) {
      return new Found<>(changed, limit);
    }
  }

  /// @param limit the maximum number of items of a page
  <T> Found<T> run(Db db, int limit, Db.Reader<T> reader) throws SQLException {
    int fitting = fitting(db, limit);
    return new Found<>(db.list(rows, reader, values(fitting + 1L)), fitting);
  }

  private int fitting(Db db, int limit) throws SQLException {
    int count = 0;
    long bytes = 0;
    for (long size : db.list(sizes, row -> row.getLong(1), values(limit))) {
      bytes += size;
      if (count > 0 && bytes > Slice.BYTES) {
        return count;
      }
      count++;
    }
    return limit;
  }

  private Object[] values(long limit) {
    var values = bound.toArray();
    values[values.length - 1] = limit;
    return values;
  }
}
