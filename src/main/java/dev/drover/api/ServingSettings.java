package dev.drover.api;

import dev.drover.settings.Section;
import java.time.Duration;
import java.util.List;
import java.util.OptionalInt;

/// The settings of the HTTP API.
///
/// @param host the address to listen on
/// @param port the port; 0 for any free port
/// @param ping the time after which a ping is sent on an idle event stream
/// @param grace how long after a send a stream may be opened and still begin with the events that
///   followed the send
/// @param connections the limit for all client connections; empty for the default of the process
/// @param perAddress the limit for the unauthenticated connections of one address; empty for a
///   quarter of `connections`
/// @param maxBody the maximum length of a request body, in bytes
/// @param images the maximum size of the images that clients send
/// @param console the settings of the console
public record ServingSettings(
    String host,
    int port,
    Duration ping,
    Duration grace,
    OptionalInt connections,
    OptionalInt perAddress,
    int maxBody,
    ImageLimits images,
    ConsoleSettings console) {
  public static final int DEFAULT_PORT = 8787;

  private static final int MAX_CONNECTIONS = 1_000_000;

  /// @param root the root section of the settings
  public static ServingSettings read(Section root) {
    var connections = root.section("connections");
    var max = count(connections, "max", 16);
    var perAddress = count(connections, "per_address", 1);
    if (max.isPresent() && perAddress.orElse(0) > max.getAsInt()) {
      throw connections.problem("per_address", "must not be larger than connections.max");
    }
    return new ServingSettings(
        root.text("host", "127.0.0.1"),
        root.count("port", 0, 65_535, DEFAULT_PORT),
        root.millis("stream_ping_ms", 1_000, 600_000, Server.Settings.PING),
        root.millis("stream_grace_ms", 0, 60_000, Duration.ofSeconds(2)),
        max,
        perAddress,
        (int) root.mebibytes("max_body_mib", 1, RequestBody.MAX >> 20, RequestBody.MAX),
        ImageLimits.read(root.section("images")),
        ConsoleSettings.read(root.section("console")));
  }

  private static OptionalInt count(Section section, String name, int min) {
    var number = section.integer(name, min, MAX_CONNECTIONS);
    return number.isPresent() ? OptionalInt.of((int) number.getAsLong()) : OptionalInt.empty();
  }

  /// The settings of a server that accepts these keys.
  public Server.Settings with(List<AccessKey> keys) {
    return new Server.Settings(
        host, port, keys, ping, grace, Bounds.of(connections, perAddress), maxBody, console);
  }
}
