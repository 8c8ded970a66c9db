package dev.drover.hands;

import java.nio.file.Path;
import java.time.Duration;
import java.util.List;

/// A place for one run of a program of ours on input that may be hostile: without a network, and
/// without files of the machine besides the system's programs and the given ones. Safe for many
/// threads.
public interface Cell extends AutoCloseable {
  /// An error: the program could not run, did not end in time, or failed. The message can be shown
  /// to a model.
  final class Failed extends Exception {
    private static final long serialVersionUID = 1;

    public Failed(String message) {
      super(message);
    }

    public Failed(String message, Throwable cause) {
      super(message, cause);
    }
  }

  /// One run.
  ///
  /// @param command the program, by its whole path, and its arguments
  /// @param files the files and directories that it may read, at their own paths
  /// @param input its standard input
  /// @param limit the maximum time
  /// @param most the maximum length of its standard output, in bytes
  @SuppressWarnings("ArrayRecordComponent") // never compared
  record Order(List<String> command, List<Path> files, byte[] input, Duration limit, int most) {
    public Order {
      command = List.copyOf(command);
      files = List.copyOf(files);
    }
  }

  /// Runs the program, and returns its standard output once it has ended with status 0.
  ///
  /// @throws InterruptedException if the thread is interrupted; the program is killed first
  byte[] run(Order order) throws Failed, InterruptedException;

  /// Ends the programs that run.
  @Override
  void close();
}
