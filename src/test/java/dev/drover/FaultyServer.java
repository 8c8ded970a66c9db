package dev.drover;

import dev.drover.telemetry.LogLines;
import java.io.BufferedReader;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Map;
import java.util.logging.LogManager;

/// A server as users have it, with [FaultPoints] around its parts. Prints its URL, then answers
/// each line of its standard input with one: `arm <fault>` and `boundaries`. Its settings come from
/// the environment; `FAULT_AT` is armed from the start.
final class FaultyServer {
  private FaultyServer() {}

  public static void main(String[] args) throws Exception {
    try (var logging = Main.class.getResourceAsStream("logging.properties")) {
      LogManager.getLogManager().readConfiguration(logging);
    }
    var data = Path.of(args[0]);
    var points = new FaultPoints(data, System.getenv().getOrDefault("FAULT_AT", ""));
    var config = Config.read(Map.of("data", args[0], "port", "0"), System.getenv());
    LogLines.configure(config.logging().form(), config.logging().level());
    var drover = new Drover(config, points);
    System.out.println(drover.url());
    var in = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
    for (var line = in.readLine(); line != null; line = in.readLine()) {
      if (line.startsWith("arm ")) {
        points.arm(line.substring(4));
      }
      System.out.println(points.boundaries());
    }
    drover.close();
    System.exit(0);
  }
}
