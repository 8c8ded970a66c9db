package dev.drover.store.blobs;

import dev.drover.base.Problem;
import java.io.IOException;
import java.nio.channels.ClosedByInterruptException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.function.Supplier;

/// Work with the files of a directory, whose failures clients may see. Safe for many threads.
record Disk(Path directory) {
  /// The size of the pieces in which contents are read and written, in bytes.
  static final int BUFFER = 1 << 16;

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
      return Files.getFileStore(directory).getUsableSpace() < BUFFER;
    } catch (IOException _) {
      return false;
    }
  }
}
