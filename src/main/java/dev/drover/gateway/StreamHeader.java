package dev.drover.gateway;

import java.io.IOException;

/// What `hand` writes at the start of a stream, see [dev.drover.hands.Egress].
///
/// @param port the local port for [Kind#TRANSPARENT], else 0
record StreamHeader(Kind kind, int port) {
  private static final int VERSION = 1;

  /// What the program in the sandbox connected to.
  enum Kind {
    PROXY,
    TRANSPARENT,
    DNS
  }

  /// @throws IOException if it is not a header of this version
  static StreamHeader read(PeekedStream in) throws IOException {
    int version = in.read();
    int kind = in.read();
    int length = in.readShort();
    if (version == VERSION && kind >= 1 && kind <= 3 && length == (kind == 2 ? 6 : 0)) {
      if (kind == 2) {
        in.read(4); // the address, which is one of the sandbox's own
      }
      return new StreamHeader(Kind.values()[kind - 1], kind == 2 ? in.readShort() : 0);
    }
    throw new IOException("a stream from a sandbox begins with an unknown header");
  }
}
