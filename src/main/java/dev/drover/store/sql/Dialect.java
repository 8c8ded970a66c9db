package dev.drover.store.sql;

import java.sql.SQLException;
import java.util.List;

/// The differences between databases.
public interface Dialect {
  /// The database's name, in lower case.
  String databaseName();

  /// The clause that makes a SELECT lock its rows until the end of the transaction; empty if a
  /// writer has exclusive use of the database.
  String keepingRows();

  /// As [#keepingRows], but skips rows that another transaction has locked.
  String skippingKept();

  /// An expression: microseconds since 1970 by the database's own clock.
  String now();

  void begin(Db db) throws SQLException;

  /// Locks a table for this transaction: other transactions that call this wait.
  void keepTable(Db db, String table) throws SQLException;

  void commit(Db db) throws SQLException;

  void rollBack(Db db) throws SQLException;

  /// Removes from the database's own files what they still have of removed rows, outside of a
  /// transaction.
  ///
  /// @return false if other work prevents it at present
  boolean purge(Db db, List<String> tables) throws SQLException;

  /// The kind of a failure.
  Trouble trouble(SQLException failure);

  /// The kinds of failures that need different handling.
  enum Trouble {
    /// A constraint of the schema was violated.
    CONSTRAINT,
    /// The disk is full.
    FULL,
    /// Two transactions conflicted: a retry may succeed.
    CONFLICT,
    /// The connection is no longer usable.
    BROKEN,
    OTHER
  }
}
