package dev.drover.hands.local;

import dev.drover.base.Pause;
import dev.drover.hands.ByteStream;
import dev.drover.hands.Egress;
import dev.drover.hands.Sandboxes;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/// A technology that runs the program `hand` isolated from the host. It knows nothing about
/// sessions and other hands; [LocalSandboxes] does the rest. What it needs to find and remove a
/// hand later are the *traces* of the hand: lines of text in the engine's own format, kept on disk
/// for the next server. Safe for many threads.
public interface Engine {
  /// Creates the engine once the directories exist.
  interface Maker {
    /// @throws IOException when something that the settings require is missing
    Engine make(Machine machine) throws IOException, InterruptedException;
  }

  /// The resources that an engine gets from its server.
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
  /// @param name suitable as a file name and as the name of a container
  /// @param directory the hand's own, for a socket, a log and the like
  /// @param workspace the directories of its session
  /// @param packages the packages of its environment, which it shows
  /// @param egress whether it gets a way out
  /// @param surroundings what its programs find in it
  record Site(
      String name,
      Path directory,
      Workspaces.Workspace workspace,
      Optional<Path> packages,
      boolean egress,
      Egress.Surroundings surroundings) {}

  /// Where the traces of a hand are kept.
  interface Trail {
    /// Durable when this returns; replaces what was written before.
    void write(List<String> traces) throws IOException;
  }

  /// A hand that was started.
  interface Running {
    /// The traces to keep, now that the hand answers.
    List<String> traces();
  }

  /// Starts a hand in which [#connect] will find `hand serve`. Every trace is recorded before it is
  /// needed. If this fails, the caller kills what was recorded, with [#kill].
  ///
  /// @throws Sandboxes.Unavailable when something is missing on this machine; the message says how
  ///   to fix it
  /// @throws IOException when it does not start; the message says why
  Running start(Site site, Trail trail)
      throws Sandboxes.Unavailable, IOException, InterruptedException;

  /// Opens a stream to the hand of that directory, of this server or of an earlier one.
  ByteStream connect(Path directory) throws IOException, InterruptedException;

  /// Opens streams to the way out of the hand of that directory. Empty if it was made without one.
  Optional<Egress.Dial> egress(Path directory);

  /// Returns why a hand that was started does not answer, as far as its directory shows.
  String diagnosis(Path directory);

  /// Whether these are complete traces of this engine.
  boolean understands(List<String> traces);

  /// Whether anything of the hand is alive.
  boolean lives(List<String> traces);

  /// Kills the hand with all its processes and removes its resources from the machine. Idempotent.
  /// Returns false if something remains after some seconds.
  boolean kill(List<String> traces) throws InterruptedException;

  /// Creates a complete sandbox once and runs a small check in it. Empty if it succeeds; otherwise
  /// the problem and how to fix it.
  Optional<String> problem(Site site, Trail trail)
      throws Sandboxes.Unavailable, IOException, InterruptedException;

  /// What is limited on this machine, and by what, for the operator.
  String limits();

  /// Whether a new session gets a disk of its own, which this engine mounts.
  boolean mountsImages();

  /// Removes what belongs to no hand and was created before `before`.
  void sweep(Instant before);
}
