package dev.drover.hands.local;

import dev.drover.session.HandId;
import dev.drover.session.SessionId;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.List;

/// What it takes to find a hand, to kill it and to remove every trace of it, kept on disk so that
/// the next server can do it when this one was killed. Processes are only ever looked for on the
/// machine and in the time between two of its starts that the record is of.
///
/// @param engine that made the hand
/// @param directory the hand's own, with its socket and this record
/// @param session whose hand it is; empty when the record does not say
/// @param boot which start of which machine; empty when the record does not say
/// @param traces what the engine must know of it
public record Leash(
    Engine engine, Path directory, String session, String boot, List<String> traces) {
  private static final String FILE = "leash";

  /// Of a hand that is about to be made.
  static Leash of(Engine engine, Path directory, SessionId session) {
    return new Leash(engine, directory, session.value(), Host.boot(), List.of());
  }

  Leash with(List<String> value) {
    return new Leash(engine, directory, session, boot, List.copyOf(value));
  }

  HandId hand() {
    return new HandId(directory.getFileName().toString());
  }

  /// Whether something of the hand is alive. False for every hand of another machine, or from
  /// before this one started.
  public boolean lives() {
    return isOurs() && engine.lives(traces);
  }

  private boolean isOurs() {
    return !boot.isEmpty() && boot.equals(Host.boot());
  }

  /// Durable before anything that it describes may be forgotten.
  void write() throws IOException {
    var lines = new ArrayList<String>();
    lines.add("session " + session);
    lines.add("boot " + boot);
    lines.addAll(traces);
    var next = directory.resolve(FILE + ".new");
    Files.write(next, lines);
    Files.move(next, directory.resolve(FILE), StandardCopyOption.ATOMIC_MOVE);
  }

  /// What is known of the hand: nothing, when a server died before it could write it down.
  static Leash read(Engine engine, Path directory) throws IOException {
    var session = "";
    var boot = "";
    var traces = new ArrayList<String>();
    try {
      for (var line : Host.text(directory.resolve(FILE)).lines().toList()) {
        var words = line.split(" ", 2);
        switch (words[0]) {
          case "session" -> session = words[1];
          case "boot" -> boot = words[1];
          default -> traces.add(line);
        }
      }
    } catch (FileNotFoundException e) {
      // There is no more to know.
    } catch (RuntimeException e) {
      throw new IOException("a damaged record: " + directory.resolve(FILE), e);
    }
    if (!engine.understands(traces)) {
      throw new IOException("not a record of this engine: " + directory.resolve(FILE));
    }
    return new Leash(engine, directory, session, boot, List.copyOf(traces));
  }

  /// Kills the hand with all that is in it and removes its traces. Idempotent. What cannot be
  /// removed within seconds stays for the next sweep. Of a hand of another machine, or from before
  /// this one started, there is nothing here but its directory.
  public void pull() throws InterruptedException {
    if (isOurs() && !engine.kill(traces)) {
      return;
    }
    try {
      Tree.remove(directory);
    } catch (IOException e) {
      System.getLogger(Leash.class.getName())
          .log(System.Logger.Level.WARNING, "the directory of a hand could not be removed", e);
    }
  }
}
