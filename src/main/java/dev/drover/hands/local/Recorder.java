package dev.drover.hands.local;

import java.io.IOException;
import java.util.List;

/// Writes a leash to disk, each time with its current traces.
final class Recorder implements Engine.Trail {
  private Leash leash;

  Recorder(Leash leash) {
    this.leash = leash;
  }

  /// The leash as it was written last.
  Leash leash() {
    return leash;
  }

  @Override
  public void write(List<String> traces) throws IOException {
    leash = leash.with(traces);
    leash.write();
  }
}
