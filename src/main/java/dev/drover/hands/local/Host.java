package dev.drover.hands.local;

import java.io.FileInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.OptionalLong;

/// Information of the host about processes and users.
public final class Host {
  private Host() {}

  public static boolean isRoot() {
    try {
      return (int) Files.getAttribute(Path.of("/proc/self"), "unix:uid") == 0;
    } catch (IOException e) {
      return false;
    }
  }

  /// Reads a small file, even when the thread is interrupted: a hand must not be considered dead
  /// because of an interrupt.
  public static String text(Path file) throws IOException {
    try (var in = new FileInputStream(file.toFile())) {
      return new String(in.readAllBytes(), StandardCharsets.UTF_8);
    }
  }

  /// An id of this boot of this machine, unique among all machines; empty if the kernel does not
  /// provide it.
  static String boot() {
    try {
      return text(Path.of("/proc/sys/kernel/random/boot_id")).strip();
    } catch (IOException e) {
      return "";
    }
  }

  public static int owner(Path path) throws IOException {
    return (int) Files.getAttribute(path, "unix:uid", LinkOption.NOFOLLOW_LINKS);
  }

  public static void give(Path path, int uid) throws IOException {
    Files.setAttribute(path, "unix:gid", uid, LinkOption.NOFOLLOW_LINKS);
    Files.setAttribute(path, "unix:uid", uid, LinkOption.NOFOLLOW_LINKS);
  }

  /// The start time of the process in kernel ticks; empty if it is not alive.
  public static OptionalLong started(long pid) {
    try {
      var stat = text(Path.of("/proc/" + pid + "/stat"));
      var fields = stat.substring(stat.lastIndexOf(')') + 2).split(" ", -1);
      return fields[0].equals("Z") || fields[0].equals("X")
          ? OptionalLong.empty()
          : OptionalLong.of(Long.parseLong(fields[19]));
    } catch (IOException | RuntimeException e) {
      return OptionalLong.empty();
    }
  }

  /// The first child of a process.
  public static OptionalLong child(long pid) {
    try {
      var children = text(Path.of("/proc/" + pid + "/task/" + pid + "/children"));
      return children.isBlank()
          ? OptionalLong.empty()
          : OptionalLong.of(Long.parseLong(children.strip().split(" ", 2)[0]));
    } catch (IOException | RuntimeException e) {
      return ProcessHandle.of(pid).stream()
          .flatMap(ProcessHandle::children)
          .mapToLong(ProcessHandle::pid)
          .findFirst();
    }
  }

  /// Kills the process if it is still the one with this start time.
  public static void kill(long pid, long start) {
    if (started(pid).equals(OptionalLong.of(start))) {
      ProcessHandle.of(pid).ifPresent(ProcessHandle::destroyForcibly);
    }
  }
}
