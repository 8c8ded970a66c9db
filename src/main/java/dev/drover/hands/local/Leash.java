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

/// The record of what is needed to find, kill and remove a hand, kept on disk so that the next
/// server can do it if this one is killed. Processes are searched only on the machine, and during
/// the boot, that the record is from.
///
/// @param engine that made the hand
/// @param directory the hand's own, with its socket and this record
/// @param session the session of the hand; empty if the record does not contain it
/// @param boot the boot of the machine; empty if the record does not contain it
/// @param traces the engine's traces of the hand
public record Leash(
    Engine engine, Path directory, String session, String boot, List<String> traces) {
  private static final String FILE = "leash";

  /// Creates the record of a hand that is about to be created.
  static Leash of(Engine engine, Path directory, SessionId session) {
    return new Leash(engine, directory, session.value(), Host.boot(), List.of());
  }

  Leash with(List<String> value) {
    return new Leash(engine, directory, session, boot, List.copyOf(value));
  }

  HandId hand() {
    return new HandId(directory.getFileName().toString());
  }

  /// Whether any process of the hand is alive. False for every hand of another machine or of an
  /// earlier boot.
  public boolean lives() {
    return isOurs() && engine.lives(traces);
  }

  private boolean isOurs() {
    return !boot.isEmpty() && boot.equals(Host.boot());
  }

  /// Durable when this returns, so that nothing it describes can be lost.
  void write() throws IOException {
    var lines = new ArrayList<String>();
    lines.add("session " + session);
    lines.add("boot " + boot);
    lines.addAll(traces);
    var next = directory.resolve(FILE + ".new");
    Files.write(next, lines);
    Files.move(next, directory.resolve(FILE), StandardCopyOption.ATOMIC_MOVE);
  }

  /// Reads the record of a hand; it is empty if a server died before it wrote one.
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
      // Nothing more is known.
    } catch (RuntimeException e) {
      throw new IOException("a damaged record: " + directory.resolve(FILE), e);
    }
    if (!engine.understands(traces)) {
      throw new IOException("not a record of this engine: " + directory.resolve(FILE));
    }
    return new Leash(engine, directory, session, boot, List.copyOf(traces));
  }

  /// Kills the hand with all its processes and removes its traces. Idempotent. What cannot be
  /// removed within seconds is left for the next sweep. Only the directory of a hand of another
  /// machine or of an earlier boot is removed.
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
