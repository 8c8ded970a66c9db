package dev.drover.hands.local;

import dev.drover.hands.ByteStream;
import dev.drover.hands.Egress;
import java.io.IOException;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;

/// The sockets in a hand's directory, for engines whose hands listen on them.
public final class HandSocket {
  private static final String NAME = "s";
  private static final String EGRESS = "e";
  private static final int PATH_MAX = 100; // bytes

  private HandSocket() {}

  /// Where it is.
  public static Path in(Path directory) {
    return directory.resolve(NAME);
  }

  /// Where the socket of the hand's way out is.
  public static Path egress(Path directory) {
    return directory.resolve(EGRESS);
  }

  public static ByteStream connect(Path directory) throws IOException {
    return ByteStream.of(channel(directory, NAME));
  }

  /// How to open streams to the way out of the hand. Empty if the hand has none.
  public static Optional<Egress.Dial> dial(Path directory) {
    return Files.exists(egress(directory))
        ? Optional.of(() -> channel(directory, EGRESS))
        : Optional.empty();
  }

  /// The address of a socket holds only a short path. A longer path is reached through a temporary
  /// link while connecting.
  private static SocketChannel channel(Path directory, String name) throws IOException {
    var socket = directory.resolve(name);
    if (socket.toString().getBytes(StandardCharsets.UTF_8).length < PATH_MAX) {
      return open(socket);
    }
    var shelter = Files.createTempDirectory(Path.of("/tmp"), "drover-"); // only for this user
    var link = shelter.resolve("h");
    try {
      Files.createSymbolicLink(link, directory);
      return open(link.resolve(name));
    } finally {
      Files.deleteIfExists(link);
      Files.deleteIfExists(shelter);
    }
  }

  private static SocketChannel open(Path socket) throws IOException {
    return SocketChannel.open(UnixDomainSocketAddress.of(socket));
  }
}
