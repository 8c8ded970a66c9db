package dev.drover.hands.bwrap;

import dev.drover.base.Pause;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalLong;

/// What it takes to kill a hand and to remove every trace of it, kept on disk so that the next
/// server can do it when this one was killed.
///
/// @param directory the hand's own, with its socket and this record
/// @param group its control groups
/// @param outer bubblewrap's process on the host
/// @param inner the first process inside, a child of the outer one; its end ends all others
record Leash(Path directory, Cgroups.Group group, List<Being> outer, List<Being> inner) {
  private static final Duration PATIENCE = Duration.ofSeconds(5);
  private static final Duration STEP = Duration.ofMillis(2);

  /// A process, told from a later one with the same number.
  record Being(long pid, long start) {
    static List<Being> of(OptionalLong pid) {
      if (pid.isEmpty()) {
        return List.of();
      }
      var start = Host.started(pid.getAsLong());
      return start.isEmpty() ? List.of() : List.of(new Being(pid.getAsLong(), start.getAsLong()));
    }

    boolean lives() {
      return Host.started(pid).equals(OptionalLong.of(start));
    }
  }

  Leash withProcess(long pid) {
    return new Leash(directory, group, Being.of(OptionalLong.of(pid)), Being.of(Host.child(pid)));
  }

  /// Durable before anything that it describes may be forgotten.
  void write() throws IOException {
    var lines = new ArrayList<String>();
    outer.forEach(being -> lines.add("outer " + being.pid() + " " + being.start()));
    inner.forEach(being -> lines.add("inner " + being.pid() + " " + being.start()));
    group.directories().forEach(path -> lines.add("cgroup " + path));
    var next = directory.resolve("leash.new");
    Files.write(next, lines);
    Files.move(next, directory.resolve("leash"), StandardCopyOption.ATOMIC_MOVE);
  }

  static Leash read(Path directory) {
    var groups = new ArrayList<Path>();
    var outer = new ArrayList<Being>();
    var inner = new ArrayList<Being>();
    try {
      for (var line : Files.readAllLines(directory.resolve("leash"))) {
        var words = line.split(" ", 2);
        if (words[0].equals("cgroup")) {
          groups.add(Path.of(words[1]));
        } else {
          var numbers = words[1].split(" ", 2);
          (words[0].equals("outer") ? outer : inner)
              .add(new Being(Long.parseLong(numbers[0]), Long.parseLong(numbers[1])));
        }
      }
    } catch (IOException | RuntimeException e) {
      // Written by a server that died at once: there is no more to know.
    }
    return new Leash(directory, new Cgroups.Group(groups), outer, inner);
  }

  /// Kills the hand with all that is in it and removes its traces. Idempotent. What cannot be
  /// removed within seconds stays for the next start of a server.
  void pull(Pause pause) throws InterruptedException {
    long until = System.nanoTime() + PATIENCE.toNanos();
    // The inner one first, so that the outer one, its parent, sees it off.
    inner.forEach(being -> Host.kill(being.pid(), being.start()));
    while (outer.stream().anyMatch(Being::lives)
        && !inner.isEmpty()
        && System.nanoTime() < until - PATIENCE.toNanos() / 2) {
      pause.pause(STEP);
    }
    outer.forEach(being -> Host.kill(being.pid(), being.start()));
    boolean gone = false;
    while (!gone && System.nanoTime() < until) {
      boolean some = Cgroups.kill(group);
      gone =
          !some
              && Cgroups.remove(group)
              && outer.stream().noneMatch(Being::lives)
              && inner.stream().noneMatch(Being::lives);
      if (!gone) {
        pause.pause(STEP);
      }
    }
    if (gone) {
      try {
        Tree.remove(directory);
      } catch (IOException e) {
        System.getLogger(Leash.class.getName())
            .log(System.Logger.Level.WARNING, "the directory of a hand stays behind", e);
      }
    }
  }
}
