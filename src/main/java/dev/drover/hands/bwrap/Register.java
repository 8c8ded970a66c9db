package dev.drover.hands.bwrap;

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

/// The hands of this machine, on disk: a directory for each, with its leash and a file that whoever
/// is attached to the hand holds. Several servers may share it. Safe for many threads.
final class Register {
  private static final String LOCK = "lock";

  private final Path root;
  private final Pause pause;

  /// A hand that is ours alone, for now.
  record Held(Leash leash, Claim claim) {}

  /// Another server is attached to the hand.
  static final class InUse extends IOException {
    private static final long serialVersionUID = 1;

    InUse() {
      super("another server is still attached to it. Please retry");
    }
  }

  Register(Path root, Pause pause) {
    this.root = root;
    this.pause = pause;
  }

  /// A directory for a new hand. Nobody ever sees it unheld.
  Held make(HandId hand, SessionId session) throws IOException {
    var made = Workspaces.Directories.own(root.resolve("." + hand));
    var directory = root.resolve(hand.value());
    Claim claim = null;
    try {
      claim = Claim.tryTake(made.resolve(LOCK)).orElseThrow(InUse::new);
      Files.move(made, directory, StandardCopyOption.ATOMIC_MOVE);
      return new Held(Leash.of(directory, session), claim);
    } catch (IOException e) {
      if (claim != null) {
        claim.close();
      }
      Tree.remove(made);
      throw e;
    }
  }

  /// Waits for the hand to be nobody else's. Empty when it is gone.
  ///
  /// @throws InUse when somebody else keeps it for longer than `patience`
  Optional<Held> take(HandId hand, Duration patience) throws IOException, InterruptedException {
    var directory = root.resolve(hand.value());
    try {
      if (!Files.isDirectory(directory)) {
        return Optional.empty();
      }
      var claim = Claim.take(directory.resolve(LOCK), patience, pause).orElseThrow(InUse::new);
      return Optional.of(held(directory, claim));
    } catch (NoSuchFileException e) {
      return Optional.empty();
    }
  }

  private static Held held(Path directory, Claim claim) throws IOException {
    try {
      return new Held(Leash.read(directory), claim);
    } catch (IOException | RuntimeException e) {
      claim.close();
      throw e;
    }
  }

  /// Removes every trace of hands that are dead. What lives, or is somebody's, stays.
  void sweep() throws IOException, InterruptedException {
    try (var hands = Files.newDirectoryStream(root, HandId.PREFIX + "*")) {
      for (var directory : hands) {
        try {
          sweep(directory);
        } catch (NoSuchFileException e) {
          // Somebody else has removed it.
        } catch (IOException e) {
          System.getLogger(Register.class.getName())
              .log(Level.WARNING, "the directory of a hand stays behind", e);
        }
      }
    }
  }

  private void sweep(Path directory) throws IOException, InterruptedException {
    var claim = Claim.tryTake(directory.resolve(LOCK));
    if (claim.isEmpty()) {
      return;
    }
    try (var _ = claim.get()) {
      var leash = Leash.read(directory);
      if (!leash.lives()) {
        leash.pull(pause);
      }
    }
  }
}
