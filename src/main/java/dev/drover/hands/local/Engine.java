package dev.drover.hands.local;

import dev.drover.base.Pause;
import dev.drover.hands.ByteStream;
import dev.drover.hands.Sandboxes;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/// A technology that runs the program `hand` isolated from the host. It knows nothing of sessions
/// and of other hands; [LocalSandboxes] does the rest. What it must remember of a hand, to find it
/// again and to remove it, are its *traces*: lines of text, in a form of its own, kept on disk for
/// the server after this one. Safe for many threads.
public interface Engine {
  /// Makes the engine, once the directories are there.
  interface Maker {
    /// @throws IOException when it lacks something that the settings ask for
    Engine make(Machine machine) throws IOException, InterruptedException;
  }

  /// What an engine gets of its server.
  ///
  /// @param data the data directory
  /// @param homes the directory of the sessions' directories
  /// @param program `hand`, for this machine
  /// @param floor bytes of the data directory's file system that no sandbox may take
  record Machine(
      Path data,
      Path homes,
      Path program,
      long floor,
      SandboxSettings settings,
      Spawner spawner,
      Pause pause) {}

  /// Where a hand is made.
  ///
  /// @param name fit for a file, and for the name of a container
  /// @param directory the hand's own, for a socket, a log and the like
  /// @param workspace the directories of its session
  record Site(String name, Path directory, Workspaces.Workspace workspace) {}

  /// Where the traces of a hand are kept.
  interface Trail {
    /// Durable when this returns; replaces what was written before.
    void write(List<String> traces) throws IOException;
  }

  /// A hand that was started.
  interface Running {
    /// What to remember of it, now that it answers.
    List<String> traces();
  }

  /// Starts a hand in which [#connect] will find `hand serve`. Every trace is written before it
  /// could be forgotten. When this fails what was written is killed, by [#kill].
  ///
  /// @throws Sandboxes.Unavailable when something is missing on this machine; the message says what
  ///   helps
  /// @throws IOException when it does not start; the message says why
  Running start(Site site, Trail trail)
      throws Sandboxes.Unavailable, IOException, InterruptedException;

  /// A stream to the hand of that directory, of this server or of an earlier one.
  ByteStream connect(Path directory) throws IOException, InterruptedException;

  /// Why a hand that was started does not answer, as far as its directory tells.
  String diagnosis(Path directory);

  /// Whether these are traces of this engine, whole. It is asked about no others.
  boolean understands(List<String> traces);

  /// Whether anything of the hand is alive.
  boolean lives(List<String> traces);

  /// Kills the hand with all that is in it, and removes what the machine keeps of it. Idempotent.
  /// False when something is left after some seconds.
  boolean kill(List<String> traces) throws InterruptedException;

  /// Makes a whole sandbox once and runs something small in it. Empty when all is well; else what
  /// is wrong and what helps.
  Optional<String> problem(Site site, Trail trail)
      throws Sandboxes.Unavailable, IOException, InterruptedException;

  /// What is limited on this machine, and by what, for the operator.
  String limits();

  /// Whether a new session gets a disk of its own, which this engine mounts.
  boolean mountsImages();

  /// Removes what belongs to no hand and was made before that moment.
  void sweep(Instant before);
}
