package dev.drover.store.sql;

import java.sql.SQLException;

/// In what databases differ, the little that they may.
public interface Dialect {
  /// The database's name, in lower case.
  String databaseName();

  /// What makes a SELECT within a transaction keep its rows until the end; empty where a writer has
  /// the whole database to itself.
  String keepingRows();

  /// As [#keepingRows], passing over rows that another transaction keeps.
  String skippingKept();

  /// An expression: microseconds since 1970 by the database's own clock.
  String now();

  void begin(Db db) throws SQLException;

  /// Keeps a table for this transaction: others that ask for the same wait.
  void keepTable(Db db, String table) throws SQLException;

  void commit(Db db) throws SQLException;

  void rollBack(Db db) throws SQLException;

  /// What kind of failure this is.
  Trouble trouble(SQLException failure);

  /// Kinds of failures that need different answers.
  enum Trouble {
    /// A rule of the schema was broken.
    CONSTRAINT,
    /// The disk is full.
    FULL,
    /// Two transactions came in each other's way: the same once more may work.
    CONFLICT,
    /// The connection is of no use any more.
    BROKEN,
    OTHER
  }
}
