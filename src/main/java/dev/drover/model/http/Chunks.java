package dev.drover.model.http;

import org.jspecify.annotations.Nullable;

/// Bytes, a stretch at a time.
@FunctionalInterface
interface Chunks {
  /// The next stretch, never empty; null at the end.
  byte @Nullable [] next() throws Broken, InterruptedException;
}
