package dev.drover.gateway;

import java.io.IOException;
import java.nio.ByteBuffer;

/// Takes the pack out of the response to a [CloneRequest], which arrives in pieces. What the server
/// says besides it, for users, is left out. One thread.
final class PackParts {
  /// The first packet, and the only one that is not a part of the pack or a message.
  static final String BEGIN = "packfile\n";

  private static final int BAND_OF_PACK = 1;
  private static final int BAND_OF_MESSAGES = 2;

  /// What the next byte belongs to.
  private enum Next {
    LENGTH,
    BEGIN,
    BAND,
    PACK,
    MESSAGE,
    NOTHING
  }

  private final Replacer.Sink sink;
  private Next next = Next.LENGTH;
  private boolean begun;
  private int digits;
  private int left; // of the packet

  /// @param sink accepts the pack, in parts that are valid until it returns
  PackParts(Replacer.Sink sink) {
    this.sink = sink;
  }

  /// Reads some bytes.
  ///
  /// @throws IOException if the response is anything else, such as an error of the server; there
  ///   must be no further call then
  void accept(ByteBuffer bytes) throws IOException {
    while (bytes.hasRemaining()) {
      switch (next) {
        case LENGTH -> length(bytes.get());
        case BEGIN -> begin(bytes.get());
        case BAND -> band(bytes.get());
        case PACK, MESSAGE -> content(bytes);
        case NOTHING -> throw unexpected();
      }
    }
  }

  /// Whether all of the response was read.
  boolean isEnded() {
    return next == Next.NOTHING;
  }

  private void length(byte digit) throws IOException {
    left = left * 16 + Packet.value(digit);
    digits++;
    if (digits < Packet.DIGITS) {
      return;
    }
    digits = 0;
    if (left == 0 && begun) {
      next = Next.NOTHING;
      return;
    }
    left -= Packet.DIGITS;
    if (left <= 0 || (!begun && left != BEGIN.length())) {
      throw unexpected();
    }
    next = begun ? Next.BAND : Next.BEGIN;
  }

  private void begin(byte letter) throws IOException {
    if (letter != BEGIN.charAt(BEGIN.length() - left)) {
      throw unexpected();
    }
    begun = true;
    read(1);
  }

  private void band(byte number) throws IOException {
    next =
        switch (number) {
          case BAND_OF_PACK -> Next.PACK;
          case BAND_OF_MESSAGES -> Next.MESSAGE;
          default -> throw unexpected(); // it is the reason why the server gave up
        };
    read(1);
  }

  private void content(ByteBuffer bytes) throws IOException {
    int count = Math.min(left, bytes.remaining());
    if (next == Next.PACK) {
      sink.accept(bytes.slice(bytes.position(), count));
    }
    bytes.position(bytes.position() + count);
    read(count);
  }

  private void read(int count) {
    left -= count;
    if (left == 0) {
      next = Next.LENGTH;
    }
  }

  private static IOException unexpected() {
    return new IOException("the response is not a pack");
  }
}
