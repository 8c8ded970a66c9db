package dev.drover.memory;

import java.util.Optional;

/// How to list the memories of a store: by path.
///
/// @param prefix the directory to list, which ends with a slash; `/` is the whole store
/// @param deep whether the memories of all directories below it are listed; otherwise each of its
///   directories is one item
/// @param contents whether to read the contents
/// @param limit items on a page, from 1
/// @param page the cursor of an earlier page's `next`; empty: from the start
public record MemoryListing(
    String prefix, boolean deep, boolean contents, int limit, Optional<String> page) {
  /// An item of a list.
  public sealed interface Item {
    String path();
  }

  /// A memory.
  public record One(Memory memory) implements Item {
    @Override
    public String path() {
      return memory.path().value();
    }
  }

  /// A directory, which stands for the memories below it.
  ///
  /// @param path ends with a slash
  public record Directory(String path) implements Item {}
}
