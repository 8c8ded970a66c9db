package dev.drover.model.http;

import dev.drover.http.BodyStalled;
import dev.drover.http.Incoming;
import java.io.IOException;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/// The bytes of one reply, for as long as its patience lasts.
///
/// @param address whose reply it is, as it may be shown
record ReplySource(Incoming body, EventPatience patience, String address) implements ReplyChunks {
  @Override
  public byte @Nullable [] next() throws BrokenStream, InterruptedException {
    return next(patience.left());
  }

  /// The next stretch, if it comes within `limit`.
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
