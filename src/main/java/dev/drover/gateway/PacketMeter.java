package dev.drover.gateway;

import java.io.IOException;
import java.nio.ByteBuffer;

/// Passes a response of a git server on, and measures what the client has to keep in memory:
/// branches and tags and all else that is neither a part of a pack nor a message for users. If that
/// is too much, nothing is passed on after the packet with which it is. One thread.
final class PacketMeter implements Replacer.Sink {
  /// Parts of a pack, messages, and the last message have these numbers at their beginning.
  private static final int LAST_BAND = 3;

  /// What the next byte belongs to.
  private enum Next {
    LENGTH,
    KIND,
    CONTENT,
    /// What does not consist of packets, such as a pack for a very old client.
    ANYTHING
  }

  private final boolean advertisement;
  private final long most;
  private final Replacer.Sink sink;
  private Next next = Next.LENGTH;
  private int digits;
  private int left; // of the packet
  private long measured;
  private boolean exceeded;

  /// @param advertisement whether the response has no pack, so that the client keeps all of it
  /// @param most that may be measured, in bytes
  /// @param sink accepts the bytes, in parts that are valid until it returns
  PacketMeter(boolean advertisement, long most, Replacer.Sink sink) {
    this.advertisement = advertisement;
    this.most = most;
    this.sink = sink;
  }

  /// Whether it was too much.
  boolean isExceeded() {
    return exceeded;
  }

  /// Whether the client expects a packet next.
  boolean isBetweenPackets() {
    return next == Next.LENGTH && digits == 0;
  }

  @Override
  public void accept(ByteBuffer bytes) throws IOException {
    int from = bytes.position();
    while (bytes.hasRemaining() && !exceeded) {
      switch (next) {
        case LENGTH -> length(bytes.get());
        case KIND -> kind(bytes.get());
        case CONTENT -> content(Math.min(left, bytes.remaining()), bytes);
        case ANYTHING -> anything(bytes);
      }
    }
    if (bytes.position() > from) {
      sink.accept(bytes.slice(from, bytes.position() - from));
    }
    bytes.position(bytes.limit());
  }

  private void length(byte letter) {
    int digit = Character.digit(letter & 0xff, 16);
    if (digit < 0) {
      next = Next.ANYTHING;
      return;
    }
    left = left * 16 + digit;
    digits++;
    if (digits < Packet.DIGITS) {
      return;
    }
    digits = 0;
    measured += Math.max(left, Packet.DIGITS);
    if (left > Packet.DIGITS) {
      left -= Packet.DIGITS;
      next = Next.KIND;
    } else {
      left = 0; // a mark, or nothing
      ended();
    }
  }

  private void kind(byte first) {
    if (!advertisement && first > 0 && first <= LAST_BAND) {
      measured -= left + Packet.DIGITS;
    }
    read(1);
  }

  private void content(int count, ByteBuffer bytes) {
    bytes.position(bytes.position() + count);
    read(count);
  }

  private void anything(ByteBuffer bytes) {
    measured += advertisement ? bytes.remaining() : 0;
    bytes.position(bytes.limit());
    ended();
  }

  private void read(int count) {
    left -= count;
    if (left == 0) {
      next = Next.LENGTH;
      ended();
    } else {
      next = Next.CONTENT;
    }
  }

  private void ended() {
    exceeded = measured > most;
  }
}
