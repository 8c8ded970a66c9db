package dev.drover.cli;

import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicBoolean;

/// `drover serve`: a server that runs until a signal stops it. `TERM` lets running turns end first;
/// `INT` does not, because a user waits at the terminal. `HUP` reads the policy again, unless the
/// server is at a terminal: there it means that the terminal is gone, and stops the server.
final class ServeCommand {
  private static final int LEFT_AT_ONCE = 130;
  private static final int NOT_ANNOUNCED = 1;

  private final Shell shell;
  private final ServerFactory host;

  ServeCommand(Shell shell, ServerFactory host) {
    this.shell = shell;
    this.host = host;
  }

  /// Prints one line, for which programs wait. If the line cannot be written, the server stops.
  ///
  /// @param open whether to open the console then
  /// @return the exit status
  int run(Map<String, String> flags, boolean open) throws InterruptedException {
    var stop = new CountDownLatch(1);
    var stopping = new AtomicBoolean();
    var gently = new AtomicBoolean();
    Runnable interrupted =
        () -> {
          if (stopping.getAndSet(true)) {
            shell.leave().accept(LEFT_AT_ONCE);
          }
          stop.countDown();
        };
    // A supervisor that signals both the process and its group sends TERM twice, so a second one
    // means nothing.
    Runnable terminated =
        () -> {
          if (!stopping.getAndSet(true)) {
            gently.set(true);
          }
          stop.countDown();
        };
    try (var server = host.serve(flags);
        var _ = shell.signals().handle(List.of("INT"), interrupted);
        var _ = shell.signals().handle(List.of("TERM"), terminated);
        var _ = reloading(server)) {
      shell.out().print("drover listening on " + server.url() + "\n");
      if (shell.out().loss().isPresent()) {
        return NOT_ANNOUNCED;
      }
      if (open) {
        ConsoleCommand.open(shell, server);
      }
      stop.await();
      if (gently.get()) {
        server.drain().run();
      }
    }
    return 0;
  }

  private Signals.Handling reloading(Endpoint server) {
    return shell.terminal() || shell.typed()
        ? () -> {}
        : shell.signals().handle(List.of("HUP"), server.reload());
  }
}
