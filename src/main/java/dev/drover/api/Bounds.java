package dev.drover.api;

import dev.drover.base.Problem;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.OptionalInt;

/// The limits on client connections. They are far below the limit of open files of the process,
/// because the store, the models and the hands need files too.
///
/// @param connections the limit for all connections
/// @param perAddress the limit for the unauthenticated connections of one address
public record Bounds(int connections, int perAddress) {
  private static final Path LIMITS = Path.of("/proc/self/limits");
  private static final int USUAL_FILES = 1_024;
  private static final int FEWEST = 16;
  private static final int MOST = 50_000;

  /// The minimum number of files that are kept for other uses than connections.
  private static final int RESERVE = 128;

  /// The operator's limits, or the defaults for this process: half of its limit of open files, and
  /// a quarter of that for one address.
  ///
  /// @throws Problem `INVALID_REQUEST` if the process may not open that many files, or if the limit
  ///   for one address is higher than the total
  public static Bounds of(OptionalInt connections, OptionalInt perAddress) {
    return of(connections, perAddress, files());
  }

  static Bounds of(OptionalInt connections, OptionalInt perAddress, int files) {
    int most = connections.orElse(Math.clamp(files / 2, FEWEST, MOST));
    if (connections.isPresent() && most > files - RESERVE) {
      throw Problem.invalid(
          ("connections.max: %d connections do not fit into the %d files that this process may"
               + " open, of which %d are kept for other uses. Raise the limit (ulimit -n), or lower"
               + " the setting.")
              .formatted(most, files, RESERVE));
    }
    int each = perAddress.orElse(Math.min(most, Math.max(FEWEST / 2, most / 4)));
    if (each > most) {
      throw Problem.invalid(
          ("connections.per_address: %d is more than the %d connections that there are in all."
                  + " Lower it, or raise connections.max.")
              .formatted(each, most));
    }
    return new Bounds(most, each);
  }

  /// The limit of open files of this process.
  private static int files() {
    try {
      for (var line : Files.readAllLines(LIMITS)) {
        if (line.startsWith("Max open files")) {
          var soft = line.substring("Max open files".length()).strip().split("\\s+", 2)[0];
          return soft.equals("unlimited")
              ? Integer.MAX_VALUE
              : (int) Math.min(Integer.MAX_VALUE, Long.parseLong(soft));
        }
      }
    } catch (IOException | NumberFormatException _) {
      // not Linux
    }
    return USUAL_FILES;
  }
}
