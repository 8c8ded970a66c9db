package dev.drover.model.http;

import dev.drover.http.Incoming;
import dev.drover.http.Stalled;
import java.io.IOException;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/// The bytes of one reply, for as long as its patience lasts.
///
/// @param address whose reply it is, as it may be shown
record ReplySource(Incoming body, EventPatience patience, String address) implements ReplyChunks {
  @Override
  public byte @Nullable [] next() throws Broken, InterruptedException {
    return next(patience.left());
  }

  /// The next stretch, if it comes within `limit`.
  byte @Nullable [] next(Duration limit) throws Broken, InterruptedException {
    try {
      return body.next(limit);
    } catch (Stalled _) {
      throw new Broken("the model server at " + address + " stalled: " + patience.missed());
    } catch (IOException _) {
      throw new Broken("the connection to the model server was lost");
    }
  }
}
