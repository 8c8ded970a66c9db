package dev.drover.session;

import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// An amount of US dollars in whole cents, 0 or more.
public record Money(long cents) {
  /// Reads whole cents; empty if the text is something else.
  public static Optional<Money> ofCents(@Nullable String text) {
    try {
      return Optional.ofNullable(text).map(cents -> new Money(Long.parseLong(cents)));
    } catch (NumberFormatException _) {
      return Optional.empty();
    }
  }
}
