package dev.drover.hands.bwrap;

import dev.drover.base.Pause;
import dev.drover.session.HandId;
import dev.drover.session.SessionId;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalLong;

/// What it takes to find a hand, to kill it and to remove every trace of it, kept on disk so that
/// the next server can do it when this one was killed. Processes are only ever looked for on the
/// machine and in the time between two of its starts that the record is of.
///
/// @param directory the hand's own, with its socket and this record
/// @param session whose hand it is; empty when the record does not say
/// @param boot which start of which machine; empty when the record does not say
/// @param group its control groups
/// @param outer bubblewrap's process on the host
/// @param inner the first process inside, a child of the outer one; its end ends all others
record Leash(
    Path directory,
    String session,
    String boot,
    Cgroups.Group group,
    List<Being> outer,
    List<Being> inner) {
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

  /// Of a hand that is about to be made.
  static Leash of(Path directory, SessionId session) {
    var none = new Cgroups.Group(List.of());
    return new Leash(directory, session.value(), Host.boot(), none, List.of(), List.of());
  }

  Leash withGroup(Cgroups.Group value) {
    return new Leash(directory, session, boot, value, outer, inner);
  }

  Leash withProcess(long pid) {
    return new Leash(
        directory, session, boot, group, Being.of(OptionalLong.of(pid)), Being.of(Host.child(pid)));
  }

  HandId hand() {
    return new HandId(directory.getFileName().toString());
  }

  /// Whether some process of the hand is alive. False for every hand of another machine, or from
  /// before this one started.
  boolean lives() {
    return isOurs()
        && (inner.stream().anyMatch(Being::lives)
            || outer.stream().anyMatch(Being::lives)
            || Cgroups.populated(group));
  }

  private boolean isOurs() {
    return !boot.isEmpty() && boot.equals(Host.boot());
  }

  /// Durable before anything that it describes may be forgotten.
  void write() throws IOException {
    var lines = new ArrayList<String>();
    lines.add("session " + session);
    lines.add("boot " + boot);
    outer.forEach(being -> lines.add("outer " + being.pid() + " " + being.start()));
    inner.forEach(being -> lines.add("inner " + being.pid() + " " + being.start()));
    group.directories().forEach(path -> lines.add("cgroup " + path));
    var next = directory.resolve("leash.new");
    Files.write(next, lines);
    Files.move(next, directory.resolve("leash"), StandardCopyOption.ATOMIC_MOVE);
  }

  /// What is known of the hand: nothing, when a server died before it could write it down.
  static Leash read(Path directory) throws IOException {
    var session = "";
    var boot = "";
    var groups = new ArrayList<Path>();
    var outer = new ArrayList<Being>();
    var inner = new ArrayList<Being>();
    try {
      for (var line : Host.text(directory.resolve("leash")).lines().toList()) {
        var words = line.split(" ", 2);
        switch (words[0]) {
          case "session" -> session = words[1];
          case "boot" -> boot = words[1];
          case "cgroup" -> groups.add(Path.of(words[1]));
          case "outer" -> outer.add(being(words[1]));
          case "inner" -> inner.add(being(words[1]));
          default -> {} // a newer version's
        }
      }
    } catch (FileNotFoundException e) {
      // There is no more to know.
    } catch (RuntimeException e) {
      throw new IOException("a damaged record: " + directory.resolve("leash"), e);
    }
    return new Leash(directory, session, boot, new Cgroups.Group(groups), outer, inner);
  }

  private static Being being(String text) {
    var numbers = text.split(" ", 2);
    return new Being(Long.parseLong(numbers[0]), Long.parseLong(numbers[1]));
  }

  /// Kills the hand with all that is in it and removes its traces. Idempotent. What cannot be
  /// removed within seconds stays for the next sweep. Of a hand of another machine, or from before
  /// this one started, there is nothing here but its directory.
  void pull(Pause pause) throws InterruptedException {
    if (isOurs()) {
      kill(pause);
    } else {
      remove();
    }
  }

  private void kill(Pause pause) throws InterruptedException {
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
      remove();
    }
  }

  private void remove() {
    try {
      Tree.remove(directory);
    } catch (IOException e) {
      System.getLogger(Leash.class.getName())
          .log(System.Logger.Level.WARNING, "the directory of a hand stays behind", e);
    }
  }
}
