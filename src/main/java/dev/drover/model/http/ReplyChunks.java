package dev.drover.model.http;

import dev.drover.http.Chunks;
import org.jspecify.annotations.Nullable;

/// The bytes of a reply, a stretch at a time. What goes wrong with them is fit for a client.
@FunctionalInterface
interface ReplyChunks extends Chunks {
  @Override
  byte @Nullable [] next() throws BrokenStream, InterruptedException;
}
