package dev.drover.hands.local;

import dev.drover.base.FileLock;
import dev.drover.base.Pause;
import dev.drover.session.HandId;
import dev.drover.session.SessionId;
import java.io.IOException;
import java.lang.System.Logger.Level;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.util.Optional;

/// The register of the hands of this machine on disk: a directory for each hand, with its leash and
/// a lock file that the attached server holds. Several servers may share it. Safe for many threads.
final class Register {
  private static final String LOCK = "lock";

  private final Path root;
  private final Engine engine;
  private final Pause pause;

  /// A hand that this server holds exclusively.
  record Held(Leash leash, FileLock lock) {}

  /// Another server is attached to the hand.
  static final class InUse extends IOException {
    private static final long serialVersionUID = 1;

    InUse() {
      super("another server is still attached to it. Please retry");
    }
  }

  Register(Path root, Engine engine, Pause pause) {
    this.root = root;
    this.engine = engine;
    this.pause = pause;
  }

  /// Creates a directory for a new hand. It is held from the moment when others can see it.
  Held make(HandId hand, SessionId session) throws IOException {
    var made = Workspaces.Directories.own(root.resolve("." + hand));
    var directory = root.resolve(hand.value());
    FileLock lock = null;
    try {
      lock = FileLock.tryTake(made.resolve(LOCK)).orElseThrow(InUse::new);
      Files.move(made, directory, StandardCopyOption.ATOMIC_MOVE);
      return new Held(Leash.of(engine, directory, session), lock);
    } catch (IOException e) {
      if (lock != null) {
        lock.close();
      }
      Tree.remove(made);
      throw e;
    }
  }

  /// Waits until no other server holds the hand. Empty if the hand is gone.
  ///
  /// @throws InUse when another server holds it for longer than `patience`
  Optional<Held> take(HandId hand, Duration patience) throws IOException, InterruptedException {
    var directory = root.resolve(hand.value());
    try {
      if (!Files.isDirectory(directory)) {
        return Optional.empty();
      }
      var lock = FileLock.take(directory.resolve(LOCK), patience, pause).orElseThrow(InUse::new);
      return Optional.of(held(directory, lock));
    } catch (NoSuchFileException e) {
      return Optional.empty();
    }
  }

  boolean lives(HandId hand) throws IOException {
    return read(root.resolve(hand.value())).lives();
  }

  /// Whether a server holds the hand now.
  boolean isHeld(HandId hand) throws IOException {
    try {
      var lock = FileLock.tryTake(root.resolve(hand.value()).resolve(LOCK));
      lock.ifPresent(FileLock::close);
      return lock.isEmpty();
    } catch (NoSuchFileException e) {
      return false;
    }
  }

  /// Reads the record of the hand in that directory.
  Leash read(Path directory) throws IOException {
    return Leash.read(engine, directory);
  }

  private Held held(Path directory, FileLock lock) throws IOException {
    try {
      return new Held(read(directory), lock);
    } catch (IOException | RuntimeException e) {
      lock.close();
      throw e;
    }
  }

  /// Removes the remains of dead hands. Hands that are alive or held are kept.
  void sweep() throws IOException, InterruptedException {
    try (var hands = Files.newDirectoryStream(root, HandId.PREFIX + "*")) {
      for (var directory : hands) {
        try {
          sweep(directory);
        } catch (NoSuchFileException e) {
          // Another server has removed it.
        } catch (IOException e) {
          System.getLogger(Register.class.getName())
              .log(Level.WARNING, "the directory of a hand could not be removed", e);
        }
      }
    }
  }

  private void sweep(Path directory) throws IOException, InterruptedException {
    var lock = FileLock.tryTake(directory.resolve(LOCK));
    if (lock.isEmpty()) {
      return;
    }
    try (var _ = lock.get()) {
      var leash = read(directory);
      if (!leash.lives()) {
        leash.pull();
      }
    }
  }
}
