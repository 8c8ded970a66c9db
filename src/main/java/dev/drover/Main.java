package dev.drover;

import dev.drover.cli.Cli;
import dev.drover.cli.Endpoint;
import dev.drover.cli.Host;
import dev.drover.cli.Local;
import dev.drover.cli.Shell;
import dev.drover.telemetry.LogLines;
import java.io.IOException;
import java.util.Map;
import java.util.logging.LogManager;

/// Starts Drover.
public final class Main {
  private Main() {}

  public static void main(String[] args) throws IOException {
    try (var logging = Main.class.getResourceAsStream("logging.properties")) {
      LogManager.getLogManager().readConfiguration(logging);
    }
    var host =
        new Host() {
          @Override
          public Endpoint serve(Map<String, String> flags) throws InterruptedException {
            return start(Config.read(flags, System.getenv()));
          }

          @Override
          public Endpoint embed(Map<String, String> flags) throws InterruptedException {
            return start(Config.read(flags, System.getenv()).embedded());
          }

          @Override
          public Local local(Map<String, String> flags) {
            return Config.read(flags, System.getenv()).local();
          }
        };
    System.exit(new Cli(Shell.ofProcess(), host, new Doctor(System.getenv())::look).run(args));
  }

  private static Endpoint start(Config config) throws InterruptedException {
    LogLines.configure(config.logging().form(), config.logging().level());
    var drover = new Drover(config);
    return new Endpoint(drover.url(), drover.key(), drover::close);
  }
}
