package dev.drover.hands.bwrap;

import dev.drover.hands.local.Spawner;
import java.io.IOException;
import java.lang.System.Logger.Level;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/// Whether `hand launch` can bind the ports for DNS, HTTP and HTTPS in a sandbox. Then programs in
/// it find the way out by themselves. Otherwise only programs that use a proxy find it: the kernel
/// refuses `hand` the namespaces that it allows bubblewrap, as Ubuntu does.
final class Ports {
  private final Path program;
  private final Spawner spawner;
  private final Duration patience;
  private final ReentrantLock lock = new ReentrantLock();
  private volatile @Nullable Boolean usable; // null: not tried yet
  private volatile String reason = "";

  Ports(Path program, Spawner spawner, Duration patience) {
    this.program = program;
    this.spawner = spawner;
    this.patience = patience;
  }

  /// Tries it once, with this bubblewrap.
  boolean usable(Path bwrap) throws IOException, InterruptedException {
    lock.lockInterruptibly();
    try {
      var known = usable;
      if (known == null) {
        known = attempt(bwrap);
        usable = known;
      }
      return known;
    } finally {
      lock.unlock();
    }
  }

  /// The consequence for agents if they were tried in vain; otherwise empty.
  String limits() {
    return Boolean.FALSE.equals(usable)
        ? "; only programs that use a proxy reach the network: " + reason
        : "";
  }

  private boolean attempt(Path bwrap) throws IOException, InterruptedException {
    var process =
        spawner.start(
            new ProcessBuilder(program.toString(), "network", bwrap.toString())
                .redirectInput(Path.of("/dev/null").toFile())
                .redirectErrorStream(true));
    if (!process.waitFor(patience.toMillis(), TimeUnit.MILLISECONDS)) {
      process.destroyForcibly();
      throw new IOException("a network for a sandbox is not made within " + patience);
    }
    if (process.exitValue() == 0) {
      return true;
    }
    reason = new String(process.getInputStream().readNBytes(2000), StandardCharsets.UTF_8).strip();
    System.getLogger(Ports.class.getName())
        .log(
            Level.WARNING,
            "only programs in sandboxes that use a proxy reach the network: " + reason);
    return false;
  }
}
