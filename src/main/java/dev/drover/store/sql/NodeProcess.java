package dev.drover.store.sql;

import java.io.FileInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;

/// The identity of a node's process, different from that of any other process at any time.
///
/// @param machine the scope in which the process id is unique: the boot of the machine, the process
///   namespace and the user; empty if the system does not provide it
/// @param pid the process id in that scope
/// @param started the start time, in kernel ticks since the boot
public record NodeProcess(String machine, long pid, long started) {
  private static final Path PROC = Path.of("/proc");

  /// The identity of this process.
  static NodeProcess own() {
    long pid = ProcessHandle.current().pid();
    try {
      var machine =
          String.join(
              " ",
              host(),
              text(PROC.resolve("sys/kernel/random/boot_id")).strip(),
              Files.readSymbolicLink(PROC.resolve("self/ns/pid")).toString(),
              // a system may hide the processes of other users
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

  /// Whether this process has certainly ended, from the view of another process; false if that is
  /// unknown.
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
      return false; // it may be ending, or no file can be opened: let it lapse
    }
  }

  /// The kernel's fields of a process, from its state on. They are read after the name, which may
  /// contain any character.
  private static String[] stat(long pid) throws IOException {
    var stat = text(PROC.resolve(pid + "/stat"));
    return stat.substring(stat.lastIndexOf(')') + 2).split(" ", -1);
  }

  private static long started(String[] stat) {
    return Long.parseLong(stat[19]);
  }

  /// Reads a file, even if the thread is interrupted.
  private static String text(Path file) throws IOException {
    try (var in = new FileInputStream(file.toFile())) {
      return new String(in.readAllBytes(), StandardCharsets.UTF_8);
    }
  }
}
