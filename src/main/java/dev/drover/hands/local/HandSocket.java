package dev.drover.hands.local;

import dev.drover.hands.ByteStream;
import java.io.IOException;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;

/// The socket in a hand's directory, for engines whose hands listen on one.
public final class HandSocket {
  private static final String NAME = "s";
  private static final int PATH_MAX = 100; // bytes

  private HandSocket() {}

  /// Where it is.
  public static Path in(Path directory) {
    return directory.resolve(NAME);
  }

  /// The address of a socket holds only a short path. A longer path is reached through a temporary
  /// link while connecting.
  public static ByteStream connect(Path directory) throws IOException {
    var socket = in(directory);
    if (socket.toString().getBytes(StandardCharsets.UTF_8).length < PATH_MAX) {
      return open(socket);
    }
    var shelter = Files.createTempDirectory(Path.of("/tmp"), "drover-"); // only for this user
    var link = shelter.resolve("h");
    try {
      Files.createSymbolicLink(link, directory);
      return open(in(link));
    } finally {
      Files.deleteIfExists(link);
      Files.deleteIfExists(shelter);
    }
  }

  private static ByteStream open(Path socket) throws IOException {
    return ByteStream.of(SocketChannel.open(UnixDomainSocketAddress.of(socket)));
  }
}
