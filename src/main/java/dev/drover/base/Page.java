package dev.drover.base;

import java.util.List;
import java.util.Optional;
import java.util.function.Function;

/// A stretch of a list.
///
/// @param next where the next page starts, opaque to all but who made it; empty on the last page
/// @param previous where the page before starts; empty on the first one, and where a list does not
///   go back
public record Page<T>(List<T> items, Optional<String> next, Optional<String> previous) {
  public Page {
    items = List.copyOf(items);
  }

  /// A stretch of a list that does not go back.
  public Page(List<T> items, Optional<String> next) {
    this(items, next, Optional.empty());
  }

  /// The same stretch with other things in it: those that `change` makes of each.
  public <R> Page<R> each(Function<? super T, Optional<R>> change) {
    return new Page<>(
        items.stream().map(change).flatMap(Optional::stream).toList(), next, previous);
  }
}
