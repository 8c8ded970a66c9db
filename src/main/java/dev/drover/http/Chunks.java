package dev.drover.http;

import java.io.IOException;
import org.jspecify.annotations.Nullable;

/// A source of bytes, one chunk at a time.
@FunctionalInterface
public interface Chunks {
  /// The next chunk, never empty; null at the end.
  ///
  /// @throws IOException when the rest cannot be read
  byte @Nullable [] next() throws IOException, InterruptedException;
}
