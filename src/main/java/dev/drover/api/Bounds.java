package dev.drover.api;

import dev.drover.base.Problem;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.OptionalInt;

/// How many connections clients may hold. Far fewer than the process may open files: the rest is
/// for the store, the models and the hands.
///
/// @param connections in all
/// @param perAddress of one address, without a key shown on them
public record Bounds(int connections, int perAddress) {
  private static final Path LIMITS = Path.of("/proc/self/limits");
  private static final int USUAL_FILES = 1_024;
  private static final int FEWEST = 16;
  private static final int MOST = 50_000;

  /// Files that are open beside connections, at the least.
  private static final int RESERVE = 128;

  /// The operator's bounds, or what suits this process: half of the files that it may open, and of
  /// one address a quarter of that.
  ///
  /// @throws Problem `INVALID_REQUEST` if the process may not open so many files, or if one address
  ///   would get more than there are
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

  /// How many files this process may open.
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
      // another system
    }
    return USUAL_FILES;
  }
}
