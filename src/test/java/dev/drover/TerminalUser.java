package dev.drover;

import dev.drover.cli.Checking;
import dev.drover.cli.Cli;
import dev.drover.cli.Endpoint;
import dev.drover.cli.LocalServer;
import dev.drover.cli.ServerFactory;
import dev.drover.cli.Shell;
import dev.drover.cli.StandardOutput;
import dev.drover.settings.SettingValue;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.InputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentLinkedDeque;
import java.util.concurrent.CopyOnWriteArrayList;

/// Runs commands as a user, with a server of the test in place of one that a command would start.
final class TerminalUser {
  private final Drover server;
  private final Path home;
  private final ByteArrayOutputStream out = new ByteArrayOutputStream();
  private final ByteArrayOutputStream err = new ByteArrayOutputStream();
  private final Deque<Runnable> handlers = new ConcurrentLinkedDeque<>();
  private final List<Integer> left = new CopyOnWriteArrayList<>();

  /// A server with its data below a directory.
  ///
  /// @param settings its other settings
  static Drover server(Path directory, Map<String, String> settings) throws InterruptedException {
    var flags = new HashMap<>(settings);
    flags.put("data", directory.resolve("data").toString());
    flags.put("port", "0");
    flags.put("api_key", "sk-test-key");
    return new Drover(Config.read(flags, Map.of()));
  }

  TerminalUser(Drover server, Path home) {
    this.server = server;
    this.home = home;
  }

  private final class Host implements ServerFactory {
    @Override
    public Endpoint serve(Map<String, String> flags) {
      return new Endpoint(server.url(), server.key(), () -> {}, () -> {});
    }

    @Override
    public Endpoint embed(Map<String, String> flags) {
      return serve(flags);
    }

    @Override
    public LocalServer local(Map<String, String> flags) {
      return new LocalServer(server.url(), Optional.of(server.key()), home.resolve("key"));
    }

    @Override
    public List<SettingValue> settings(Map<String, String> flags) {
      throw new IllegalStateException("nothing asks");
    }
  }

  /// @param typed what the user types; empty: there is no terminal
  /// @return the exit status
  int run(String typed, String... arguments) {
    var in = new ByteArrayInputStream(typed.getBytes(StandardCharsets.UTF_8));
    return run(in, !typed.isEmpty(), arguments);
  }

  /// With a user who types when the command asks.
  int run(InputStream typed, String... arguments) {
    return run(typed, true, arguments);
  }

  /// With a pipe as standard input.
  int pipe(InputStream in, String... arguments) {
    return run(in, false, arguments);
  }

  private int run(InputStream in, boolean terminal, String... arguments) {
    out.reset();
    err.reset();
    var shell =
        new Shell(
            in,
            new StandardOutput(out, false),
            new PrintStream(err, true, StandardCharsets.UTF_8),
            terminal,
            terminal,
            Map.of("HOME", home.toString(), "NO_COLOR", "1"),
            "drover",
            InstantSource.system(),
            (_, handler) -> {
              handlers.push(handler);
              return handlers::pop;
            },
            left::add);
    Checking checking =
        (_, _) -> {
          throw new IllegalStateException("nothing asks");
        };
    var environment = Map.of("HOME", home.toString());
    return new Cli(
            shell,
            new Host(),
            _ -> List.of(),
            (_, _, _, _, _) -> "",
            checking,
            new BundleReplays(environment),
            new LogsHere(environment))
        .run(arguments);
  }

  /// Presses Ctrl-C while a command runs.
  void interrupt() {
    handlers.getFirst().run();
  }

  /// The statuses with which commands would have ended the process at once.
  List<Integer> left() {
    return left;
  }

  /// What the last command printed.
  String out() {
    return out.toString(StandardCharsets.UTF_8);
  }

  /// What the last command printed on standard error.
  String err() {
    return err.toString(StandardCharsets.UTF_8);
  }
}
