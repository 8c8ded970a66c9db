package dev.drover.store.sql;

import java.io.FileInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;

/// The process of a node, told from all others that ever were.
///
/// @param machine where its number means something: this start of a machine, these processes that
///   see each other, this user; empty if the system does not say
/// @param pid its number there
/// @param started in the kernel's ticks since the machine started
public record NodeProcess(String machine, long pid, long started) {
  private static final Path PROC = Path.of("/proc");

  /// The one that runs this.
  static NodeProcess own() {
    long pid = ProcessHandle.current().pid();
    try {
      var machine =
          String.join(
              " ",
              host(),
              text(PROC.resolve("sys/kernel/random/boot_id")).strip(),
              Files.readSymbolicLink(PROC.resolve("self/ns/pid")).toString(),
              // of other users' processes a system may hide that they are there
              String.valueOf(Files.getAttribute(PROC.resolve("self"), "unix:uid")));
      return new NodeProcess(machine, pid, started(stat(pid)));
    } catch (IOException | RuntimeException _) {
      return new NodeProcess("", pid, 0);
    }
  }

  public static String host() {
    try {
      return text(PROC.resolve("sys/kernel/hostname")).strip();
    } catch (IOException _) {
      return "unknown";
    }
  }

  /// Whether this process is certainly gone, as another one sees it: false where it cannot tell.
  boolean isGone(NodeProcess viewer) {
    if (machine.isEmpty() || !machine.equals(viewer.machine)) {
      return false;
    }
    if (Files.notExists(PROC.resolve(Long.toString(pid)))) {
      return true;
    }
    try {
      var stat = stat(pid);
      return stat[0].equals("Z") || stat[0].equals("X") || started(stat) != started;
    } catch (IOException | RuntimeException _) {
      return false; // it ends just now, or there is no file to be had: it lapses
    }
  }

  /// What the kernel says of a process, from its state on; its name may hold anything.
  private static String[] stat(long pid) throws IOException {
    var stat = text(PROC.resolve(pid + "/stat"));
    return stat.substring(stat.lastIndexOf(')') + 2).split(" ", -1);
  }

  private static long started(String[] stat) {
    return Long.parseLong(stat[19]);
  }

  /// Also when the thread is interrupted.
  private static String text(Path file) throws IOException {
    try (var in = new FileInputStream(file.toFile())) {
      return new String(in.readAllBytes(), StandardCharsets.UTF_8);
    }
  }
}
