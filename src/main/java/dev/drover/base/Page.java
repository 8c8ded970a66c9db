package dev.drover.base;

import java.util.List;
import java.util.Optional;
import java.util.function.Function;

/// A page of a list.
///
/// @param next the cursor of the next page, opaque to all but its creator; empty on the last page
/// @param previous the cursor of the previous page; empty on the first page, and for lists that
///   only go forwards
public record Page<T>(List<T> items, Optional<String> next, Optional<String> previous) {
  public Page {
    items = List.copyOf(items);
  }

  /// A page of a list that only goes forwards.
  public Page(List<T> items, Optional<String> next) {
    this(items, next, Optional.empty());
  }

  /// A page with the same cursors, whose items were converted by `change`.
  public <R> Page<R> each(Function<? super T, Optional<R>> change) {
    return new Page<>(
        items.stream().map(change).flatMap(Optional::stream).toList(), next, previous);
  }
}
