package dev.drover.model.http;

import dev.drover.http.BodyStalled;
import dev.drover.http.Incoming;
import java.io.IOException;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/// The source of the bytes of one reply, with its time limits.
///
/// @param address the server's address, in a form that may be shown
record ReplySource(Incoming body, EventPatience patience, String address) implements ReplyChunks {
  @Override
  public byte @Nullable [] next() throws BrokenStream, InterruptedException {
    return next(patience.left());
  }

  /// The next chunk, if it arrives within `limit`.
  byte @Nullable [] next(Duration limit) throws BrokenStream, InterruptedException {
    try {
      return body.next(limit);
    } catch (BodyStalled _) {
      throw new BrokenStream("the model server at " + address + " stalled: " + patience.missed());
    } catch (IOException _) {
      throw new BrokenStream("the connection to the model server was lost");
    }
  }
}
