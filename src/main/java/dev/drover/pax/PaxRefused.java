package dev.drover.pax;

import java.io.IOException;

/// An archive that is malformed, incomplete or not allowed. The message is a sentence without a
/// full stop; it may contain names from the archive, which are not safe for a terminal.
public final class PaxRefused extends IOException {
  private static final long serialVersionUID = 1;

  PaxRefused(String message) {
    super(message);
  }
}
