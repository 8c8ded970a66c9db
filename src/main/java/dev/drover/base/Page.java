package dev.drover.base;

import java.util.List;
import java.util.Optional;

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
}
