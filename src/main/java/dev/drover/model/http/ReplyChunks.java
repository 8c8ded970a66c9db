package dev.drover.model.http;

import dev.drover.http.Chunks;
import org.jspecify.annotations.Nullable;

/// A source of the bytes of a reply, one chunk at a time. Its errors are for clients.
@FunctionalInterface
interface ReplyChunks extends Chunks {
  @Override
  byte @Nullable [] next() throws BrokenStream, InterruptedException;
}
