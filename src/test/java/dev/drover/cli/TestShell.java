package dev.drover.cli;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.LinkedBlockingQueue;
import org.jspecify.annotations.Nullable;

/// A shell whose streams, signals and end the test sees.
final class TestShell {
  final ByteArrayOutputStream out = new ByteArrayOutputStream();
  final ByteArrayOutputStream err = new ByteArrayOutputStream();
  final Map<String, String> variables = new HashMap<>();
  final List<Integer> left = new CopyOnWriteArrayList<>();

  /// Handlers in place, as they come: run one to send the signal.
  final LinkedBlockingQueue<Runnable> handlers = new LinkedBlockingQueue<>();

  String input = "";

  /// In place of `input`, when it is not all there from the start.
  @Nullable InputStream keyboard;

  /// Whether nobody reads the output any more.
  boolean closed;

  /// In place of `out`.
  @Nullable OutputStream sink;

  String command = "drover";

  /// What the clock shows.
  Instant now = Instant.now();

  boolean terminal;
  boolean typed;

  Shell shell() {
    return new Shell(
        keyboard != null
            ? keyboard
            : new ByteArrayInputStream(input.getBytes(StandardCharsets.UTF_8)),
        new StandardOutput(sink != null ? sink : closed ? new Broken() : out, false),
        new PrintStream(err, true, StandardCharsets.UTF_8),
        terminal,
        typed,
        variables,
        command,
        () -> now,
        (_, handler) -> {
          handlers.add(handler);
          return () -> handlers.remove(handler);
        },
        left::add);
  }

  int run(ServerFactory host, String... args) {
    return run(host, CliTest.UNREPLAYED, args);
  }

  int run(ServerFactory host, Replaying replaying, String... args) {
    return new Cli(shell(), host, _ -> List.of(), (_, _, _, _, _) -> "", CliTest.CLEAN, replaying)
        .run(args);
  }

  String out() {
    return out.toString(StandardCharsets.UTF_8);
  }

  String err() {
    return err.toString(StandardCharsets.UTF_8);
  }

  private static final class Broken extends OutputStream {
    @Override
    public void write(int b) throws IOException {
      throw new IOException("Broken pipe");
    }
  }
}
