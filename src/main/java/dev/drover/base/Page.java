package dev.drover.base;

import java.util.List;
import java.util.Optional;

/// A stretch of a list.
///
/// @param next where the next page starts, opaque to all but who made it; empty on the last page
public record Page<T>(List<T> items, Optional<String> next) {
  public Page {
    items = List.copyOf(items);
  }
}
