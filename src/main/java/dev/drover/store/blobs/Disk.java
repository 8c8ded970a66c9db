package dev.drover.store.blobs;

import dev.drover.base.FreeSpace;
import dev.drover.base.Problem;
import java.io.IOException;
import java.nio.channels.ClosedByInterruptException;
import java.util.function.Supplier;

/// Work with the files of a directory, whose failures clients may see. Safe for many threads.
record Disk(FreeSpace space) {
  /// The size of the pieces in which contents are read and written, in bytes.
  static final int BUFFER = 1 << 16;

  static Disk of(BlobPlace place) throws IOException {
    return new Disk(new FreeSpace(place.directory(), place.floor()));
  }

  @FunctionalInterface
  interface Step<T> {
    T run() throws IOException;
  }

  /// @throws Problem `UNAVAILABLE` if it fails
  <T> T reading(Step<T> step) throws InterruptedException {
    return attempt(step, () -> "The server cannot read its stored contents.");
  }

  /// As [#reading], for what writes.
  <T> T writing(Step<T> step) throws InterruptedException {
    return attempt(
        step,
        () -> isFull() ? "The server's disk is full." : "The server cannot store the content.");
  }

  /// Refuses to store more when little space is left, so that the server's log has some.
  ///
  /// @throws Problem `UNAVAILABLE`
  void checkRoom() throws InterruptedException {
    if (reading(space::isShort)) {
      var message = "The server's disk is nearly full.";
      throw new Problem(Problem.Kind.UNAVAILABLE, null, message, null);
    }
  }

  private static <T> T attempt(Step<T> step, Supplier<String> failure) throws InterruptedException {
    try {
      return step.run();
    } catch (ClosedByInterruptException e) {
      Thread.interrupted();
      throw (InterruptedException) new InterruptedException("interrupted").initCause(e);
    } catch (IOException e) {
      throw Problem.unavailable(failure.get(), e);
    }
  }

  /// The system's own message depends on the language that is set.
  private boolean isFull() {
    try {
      return space.free() < BUFFER;
    } catch (IOException _) {
      return false;
    }
  }
}
