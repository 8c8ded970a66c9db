package dev.drover.http;

import java.io.IOException;
import java.time.Duration;

/// An error: no byte of a body arrived within the time limit of its reader.
public final class BodyStalled extends IOException {
  private static final long serialVersionUID = 1;

  BodyStalled(Duration limit) {
    super("nothing came for " + Math.max(0, limit.toSeconds()) + " s");
  }
}
