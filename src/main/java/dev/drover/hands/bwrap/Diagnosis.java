package dev.drover.hands.bwrap;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;

/// Explains why a sandbox did not start, and how to fix it.
final class Diagnosis {
  static final String NO_BWRAP =
      "bubblewrap is not installed, and without it there is no sandbox."
          + " On Debian or Ubuntu: apt-get install bubblewrap";

  private static final String NAMESPACES =
      " The kernel refuses namespaces. On Debian: sysctl -w kernel.unprivileged_userns_clone=1. On"
          + " Ubuntu 24.04 and later: use the distribution's own /usr/bin/bwrap with its AppArmor"
          + " profile, or sysctl -w kernel.apparmor_restrict_unprivileged_userns=0. Also look at"
          + " sysctl user.max_user_namespaces. In a container, run it with --security-opt"
          + " seccomp=unconfined --security-opt apparmor=unconfined, or use a container provider.";

  private static final String PROC =
      " /proc cannot be mounted here, which is usual inside a container. Run the container with"
          + " --security-opt systempaths=unconfined, or privileged.";

  private static final String PROCESSES =
      " The user of the server has reached its limit of processes. See ulimit -u, or TasksMax in"
          + " its systemd unit.";

  private Diagnosis() {}

  /// Derives it from the end of the output of bubblewrap and `hand launch`.
  static String of(Path log) {
    String text;
    try {
      var bytes = Files.readAllBytes(log);
      int from = Math.max(0, bytes.length - 2000);
      text = new String(bytes, from, bytes.length - from, StandardCharsets.UTF_8).strip();
    } catch (IOException e) {
      text = "";
    }
    return explain(text);
  }

  static String explain(String text) {
    var cause = text.isEmpty() ? "bubblewrap ended without an error message." : text;
    if (text.contains("Resource temporarily unavailable")) {
      return cause + PROCESSES;
    }
    if (text.contains("namespace") || text.contains("uid map")) {
      return cause + NAMESPACES;
    }
    if (text.contains("/newroot/proc") || text.contains("mount proc")) {
      return cause + PROC;
    }
    if (text.contains("Unknown option")) {
      return cause + " This bubblewrap is too old: 0.8 or later is needed.";
    }
    return cause;
  }
}
