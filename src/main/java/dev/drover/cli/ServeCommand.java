package dev.drover.cli;

import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicBoolean;

/// `drover serve`: a server until a signal ends it. `TERM` lets turns end first, `INT` does not:
/// who sits at the terminal waits.
final class ServeCommand {
  private static final int LEFT_AT_ONCE = 130;
  private static final int NOT_ANNOUNCED = 1;

  private final Shell shell;
  private final ServerFactory host;

  ServeCommand(Shell shell, ServerFactory host) {
    this.shell = shell;
    this.host = host;
  }

  /// Programs wait for the one line that it prints: if the line cannot be written, the server
  /// stops.
  ///
  /// @return the exit status
  int run(Map<String, String> flags) throws InterruptedException {
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
    // What signals a process and its group does it twice, and means no more by that.
    Runnable terminated =
        () -> {
          if (!stopping.getAndSet(true)) {
            gently.set(true);
          }
          stop.countDown();
        };
    try (var server = host.serve(flags);
        var _ = shell.signals().handle(List.of("INT"), interrupted);
        var _ = shell.signals().handle(List.of("TERM"), terminated)) {
      shell.out().print("drover listening on " + server.url() + "\n");
      if (shell.out().loss().isPresent()) {
        return NOT_ANNOUNCED;
      }
      stop.await();
      if (gently.get()) {
        server.drain().run();
      }
    }
    return 0;
  }
}
