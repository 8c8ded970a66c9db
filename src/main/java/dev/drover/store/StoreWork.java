package dev.drover.store;

/// The work that the database of a store has done for this process since the store was opened.
///
/// @param statements the statements that were run, also those that begin and end transactions; a
///   batch counts once for each of its rows
/// @param commits the transactions that were committed
public record StoreWork(long statements, long commits) {
  /// The work of a store without a database.
  public static final StoreWork NONE = new StoreWork(0, 0);
}
