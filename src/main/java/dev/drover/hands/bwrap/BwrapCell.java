package dev.drover.hands.bwrap;

import dev.drover.base.Pause;
import dev.drover.base.Scope;
import dev.drover.base.Threads;
import dev.drover.hands.Cell;
import dev.drover.hands.local.Spawner;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;

/// A cell made with bubblewrap. It has no network, no capabilities, no processes of others, and a
/// user that exists nowhere else; it dies with the server.
public final class BwrapCell implements Cell {
  private static final long TEMPORARY = 16L << 20;
  private static final int ROUNDS = 1_000;
  private static final long BETWEEN_ROUNDS = 5; // milliseconds
  private static final List<String> SYSTEM = List.of("/bin", "/sbin", "/lib", "/lib32", "/lib64");

  private final Spawner spawner = new Spawner(Pause.REAL);

  @Override
  public byte[] run(Order order) throws Failed, InterruptedException {
    var bwrap = BwrapEngine.bwrap().orElseThrow(() -> new Failed(Diagnosis.NO_BWRAP)).toString();
    var process =
        start(
            new ProcessBuilder(words(bwrap, order))
                .directory(Path.of("/").toFile())
                .redirectError(ProcessBuilder.Redirect.DISCARD));
    return output(process, order);
  }

  /// An interrupt is kept until the process is there: the spawner would kill it too early.
  private Process start(ProcessBuilder builder) throws Failed {
    var started = new CompletableFuture<Process>();
    Threads.join(
        Thread.ofVirtual()
            .start(
                () -> {
                  try {
                    started.complete(spawner.start(builder));
                  } catch (IOException | InterruptedException | RuntimeException e) {
                    started.completeExceptionally(e);
                  }
                }));
    try {
      return started.resultNow();
    } catch (IllegalStateException _) {
      throw new Failed("the program could not be started", started.exceptionNow());
    }
  }

  private static List<String> words(String bwrap, Order order) throws Failed {
    var words = new ArrayList<>(List.of(bwrap, "--unshare-user", "--unshare-all"));
    words.addAll(List.of("--die-with-parent", "--new-session", "--as-pid-1", "--cap-drop", "ALL"));
    words.addAll(List.of("--uid", "65534", "--gid", "65534", "--hostname", "cell", "--clearenv"));
    words.addAll(List.of("--ro-bind", "/usr", "/usr"));
    for (var directory : SYSTEM) {
      var path = Path.of(directory);
      try {
        if (Files.isSymbolicLink(path)) {
          words.addAll(List.of("--symlink", Files.readSymbolicLink(path).toString(), directory));
        } else if (Files.isDirectory(path)) {
          words.addAll(List.of("--ro-bind", directory, directory));
        }
      } catch (IOException e) {
        throw new Failed("the system's programs cannot be found", e);
      }
    }
    words.addAll(List.of("--proc", "/proc", "--dev", "/dev"));
    words.addAll(List.of("--size", Long.toString(TEMPORARY), "--tmpfs", "/tmp"));
    for (var file : order.files()) {
      words.addAll(List.of("--ro-bind", file.toString(), file.toString()));
    }
    words.addAll(List.of("--remount-ro", "/", "--chdir", "/tmp", "--"));
    words.addAll(order.command());
    return words;
  }

  /// Pipes cannot be read or written with an interrupt or a limit of time, so separate threads do
  /// it. Once the process is killed, both end.
  private static byte[] output(Process process, Order order) throws Failed, InterruptedException {
    try (var scope = new Scope()) {
      scope.fork(() -> fed(process, order.input()));
      var output = scope.fork(() -> read(process, order.most()));
      try {
        if (!process.waitFor(order.limit().toMillis(), TimeUnit.MILLISECONDS)) {
          throw new Failed("it did not end within " + order.limit().toSeconds() + " s");
        }
        var bytes = output.join();
        if (bytes.length > order.most()) {
          throw new Failed("its output is too long");
        }
        if (process.exitValue() != 0) {
          throw new Failed("it failed with status " + process.exitValue());
        }
        return bytes;
      } finally {
        kill(process);
      }
    }
  }

  private static byte[] read(Process process, int most) throws IOException {
    var bytes = process.getInputStream().readNBytes(most + 1);
    if (bytes.length > most) {
      kill(process);
    }
    return bytes;
  }

  /// Kills the processes inside; then bubblewrap ends by itself. If it was killed first, a process
  /// that it has just forked would wait for it forever.
  private static void kill(Process process) {
    boolean interrupted = false;
    for (int i = 0; process.isAlive(); i++) {
      process.descendants().forEach(ProcessHandle::destroyForcibly);
      if (i > ROUNDS) {
        process.destroyForcibly();
      }
      try {
        process.waitFor(BETWEEN_ROUNDS, TimeUnit.MILLISECONDS);
      } catch (InterruptedException _) {
        interrupted = true;
      }
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
  }

  private static boolean fed(Process process, byte[] input) {
    try (var stdin = process.getOutputStream()) {
      stdin.write(input);
      return true;
    } catch (IOException _) {
      return false; // it ended before it had read everything
    }
  }

  @Override
  public void close() {
    spawner.close();
  }
}
