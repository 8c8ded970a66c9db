package dev.drover.store.sql;

/// What tests reach below the interfaces of a store.
public final class Inside {
  private Inside() {}

  public static Writer writer(SqlStore store) {
    return store.writer();
  }
}
