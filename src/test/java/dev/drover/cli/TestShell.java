package dev.drover.cli;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.LinkedBlockingQueue;

/// A shell whose streams, signals and end the test sees.
final class TestShell {
  final ByteArrayOutputStream out = new ByteArrayOutputStream();
  final ByteArrayOutputStream err = new ByteArrayOutputStream();
  final Map<String, String> variables = new HashMap<>();
  final List<Integer> left = new CopyOnWriteArrayList<>();

  /// Handlers in place, as they come: run one to send the signal.
  final LinkedBlockingQueue<Runnable> handlers = new LinkedBlockingQueue<>();

  String input = "";
  boolean terminal;

  Shell shell() {
    return new Shell(
        new ByteArrayInputStream(input.getBytes(StandardCharsets.UTF_8)),
        new PrintStream(out, true, StandardCharsets.UTF_8),
        new PrintStream(err, true, StandardCharsets.UTF_8),
        terminal,
        variables,
        (_, handler) -> {
          handlers.add(handler);
          return () -> handlers.remove(handler);
        },
        left::add);
  }

  int run(Host host, String... args) {
    return new Cli(shell(), host, List::of, (_, _, _, _) -> "").run(args);
  }

  String out() {
    return out.toString(StandardCharsets.UTF_8);
  }

  String err() {
    return err.toString(StandardCharsets.UTF_8);
  }
}
