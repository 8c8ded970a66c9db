package dev.drover.store.sql;

import dev.drover.store.Cursor;
import java.lang.System.Logger.Level;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.Optional;
import java.util.function.Function;
import java.util.function.Supplier;
import java.util.function.UnaryOperator;

/// A row of a list, and its cursor. A row that cannot be read is omitted, so that the others can
/// still be shown.
///
/// @param name the name of the row, for the server's log
/// @param raw empty if the row cannot be read
record Listed<T>(Cursor at, String name, Optional<T> raw) {
  private static final System.Logger LOG = System.getLogger(Listed.class.getName());

  static <T> Listed<T> of(Cursor at, String name, ResultSet row, Db.Reader<T> reader)
      throws SQLException {
    try {
      return new Listed<>(at, name, Optional.of(reader.read(row)));
    } catch (RuntimeException e) {
      leftOut(name, e);
      return new Listed<>(at, name, Optional.empty());
    }
  }

  Listed<T> map(UnaryOperator<T> change) {
    return new Listed<>(at, name, raw.map(change));
  }

  <R> Optional<R> read(Function<T, R> reader) {
    return raw.flatMap(found -> read(name, () -> reader.apply(found)));
  }

  /// The value that `reader` returns for a row; empty if the row cannot be read.
  static <R> Optional<R> read(String name, Supplier<R> reader) {
    try {
      return Optional.of(reader.get());
    } catch (RuntimeException e) {
      leftOut(name, e);
      return Optional.empty();
    }
  }

  private static void leftOut(String name, RuntimeException why) {
    LOG.log(Level.ERROR, name + " cannot be read and is left out of lists: " + why.getMessage());
  }
}
