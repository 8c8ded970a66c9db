package dev.drover.hands;

import java.io.Closeable;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.channels.Channels;
import java.nio.channels.SocketChannel;

/// Bytes to and from a hand: a socket, the standard streams of a process in a container, the
/// WebSocket of a pod.
///
/// @param in the bytes from the hand; a read may block forever
/// @param out the bytes to the hand; only one thread writes at a time
/// @param end closes both, from any thread: a read or write that blocks then fails. Idempotent
public record ByteStream(InputStream in, OutputStream out, Closeable end) {
  /// @param channel connected, and blocking
  public static ByteStream of(SocketChannel channel) {
    return new ByteStream(
        Channels.newInputStream(channel), Channels.newOutputStream(channel), channel);
  }
}
