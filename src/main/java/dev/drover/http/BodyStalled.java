package dev.drover.http;

import java.io.IOException;
import java.time.Duration;

/// Nothing of a body came for as long as its reader was willing to wait.
public final class BodyStalled extends IOException {
  private static final long serialVersionUID = 1;

  BodyStalled(Duration limit) {
    super("nothing came for " + Math.max(0, limit.toSeconds()) + " s");
  }
}
