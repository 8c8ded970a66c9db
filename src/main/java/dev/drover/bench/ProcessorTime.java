package dev.drover.bench;

import java.io.IOException;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;

/// The processor time of a process, of user and system together, at one moment. The threads of the
/// JVM's compilers are counted apart: their work depends on the age of the process, not on what it
/// is asked for.
///
/// @param nanos of each live thread
record ProcessorTime(Map<String, Spent> nanos) {
  /// The beginnings of the names of the compilers' threads; the system keeps 15 bytes of a name.
  private static final String FIRST_COMPILER = "C1 Compiler";

  private static final String SECOND_COMPILER = "C2 Compiler";

  /// Processor time between two moments, in nanoseconds.
  ///
  /// @param own of all threads but the compilers'
  record Spent(long own, long compilers) {
    static final Spent NOTHING = new Spent(0, 0);

    Spent plus(Spent more) {
      return new Spent(own + more.own, compilers + more.compilers);
    }

    private Spent minus(Spent less) {
      return new Spent(own - less.own, compilers - less.compilers);
    }
  }

  /// @throws IOException if the system does not report it: it needs Linux, with the scheduler's
  ///   statistics
  static ProcessorTime of(long process) throws IOException {
    var nanos = new HashMap<String, Spent>();
    try (var threads = Files.newDirectoryStream(Path.of("/proc/" + process + "/task"))) {
      for (var thread : threads) {
        try {
          nanos.put(thread.getFileName().toString(), spent(thread));
        } catch (NoSuchFileException e) {
          if (Files.exists(thread)) {
            throw e; // no statistics; otherwise the thread has just ended
          }
        }
      }
    } catch (DirectoryIteratorException e) {
      throw e.getCause();
    }
    return new ProcessorTime(nanos);
  }

  private static Spent spent(Path thread) throws IOException {
    var name = Files.readString(thread.resolve("comm"));
    var schedule = Files.readString(thread.resolve("schedstat"));
    long nanos = Long.parseLong(schedule.substring(0, schedule.indexOf(' ')));
    return name.startsWith(FIRST_COMPILER) || name.startsWith(SECOND_COMPILER)
        ? new Spent(0, nanos)
        : new Spent(nanos, 0);
  }

  /// What was spent since an earlier moment, by the threads that are still alive.
  Spent since(ProcessorTime earlier) {
    var sum = Spent.NOTHING;
    for (var thread : nanos.entrySet()) {
      var before = earlier.nanos.getOrDefault(thread.getKey(), Spent.NOTHING);
      sum = sum.plus(thread.getValue().minus(before));
    }
    return sum;
  }
}
