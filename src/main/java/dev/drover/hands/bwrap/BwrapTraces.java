package dev.drover.hands.bwrap;

import dev.drover.base.Pause;
import dev.drover.hands.local.Host;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalLong;

/// The traces of a hand that runs in bubblewrap: its processes and its control groups.
///
/// @param group its control groups
/// @param outer bubblewrap's process on the host
/// @param inner the first process inside, a child of the outer one; its end ends all others
record BwrapTraces(Cgroups.Group group, List<Being> outer, List<Being> inner) {
  private static final Duration PATIENCE = Duration.ofSeconds(5);
  private static final Duration STEP = Duration.ofMillis(2);

  /// A process, distinguished from a later one with the same pid.
  record Being(long pid, long start) {
    static List<Being> of(OptionalLong pid) {
      if (pid.isEmpty()) {
        return List.of();
      }
      var start = Host.started(pid.getAsLong());
      return start.isEmpty() ? List.of() : List.of(new Being(pid.getAsLong(), start.getAsLong()));
    }

    private static Being of(String text) {
      var numbers = text.split(" ", 2);
      return new Being(Long.parseLong(numbers[0]), Long.parseLong(numbers[1]));
    }

    boolean lives() {
      return Host.started(pid).equals(OptionalLong.of(start));
    }

    void kill() {
      Host.kill(pid, start);
    }
  }

  static BwrapTraces of(Cgroups.Group group) {
    return new BwrapTraces(group, List.of(), List.of());
  }

  BwrapTraces withProcess(long pid) {
    return new BwrapTraces(group, Being.of(OptionalLong.of(pid)), Being.of(Host.child(pid)));
  }

  /// @throws RuntimeException when they are damaged
  static BwrapTraces read(List<String> lines) {
    var groups = new ArrayList<Path>();
    var outer = new ArrayList<Being>();
    var inner = new ArrayList<Being>();
    for (var line : lines) {
      var words = line.split(" ", 2);
      switch (words[0]) {
        case "cgroup" -> groups.add(Path.of(words[1]));
        case "outer" -> outer.add(Being.of(words[1]));
        case "inner" -> inner.add(Being.of(words[1]));
        default -> {} // a newer version's
      }
    }
    return new BwrapTraces(new Cgroups.Group(groups), outer, inner);
  }

  List<String> lines() {
    var lines = new ArrayList<String>();
    outer.forEach(being -> lines.add("outer " + being.pid() + " " + being.start()));
    inner.forEach(being -> lines.add("inner " + being.pid() + " " + being.start()));
    group.directories().forEach(path -> lines.add("cgroup " + path));
    return lines;
  }

  boolean live() {
    return inner.stream().anyMatch(Being::lives)
        || outer.stream().anyMatch(Being::lives)
        || Cgroups.populated(group);
  }

  /// Returns false if something remains after some seconds.
  boolean kill(Pause pause) throws InterruptedException {
    long until = System.nanoTime() + PATIENCE.toNanos();
    // The inner process first, so that the outer one, its parent, reaps it.
    inner.forEach(Being::kill);
    while (outer.stream().anyMatch(Being::lives)
        && !inner.isEmpty()
        && System.nanoTime() < until - PATIENCE.toNanos() / 2) {
      pause.pause(STEP);
    }
    outer.forEach(Being::kill);
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
    return gone;
  }
}
