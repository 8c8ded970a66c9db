package dev.drover.cli;

import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.function.IntConsumer;

/// What a command was started from, and what it leaves to.
///
/// @param terminal whether `out` is one
/// @param typed whether somebody types `in` on one
/// @param variables the environment
/// @param leave ends the process at once with a status, without tidying up
public record Shell(
    InputStream in,
    StandardOutput out,
    PrintStream err,
    boolean terminal,
    boolean typed,
    Map<String, String> variables,
    Signals signals,
    IntConsumer leave) {
  private static final int USUAL_WIDTH = 80;
  private static final int LEAST_WIDTH = 20;

  public Shell {
    variables = Map.copyOf(variables);
  }

  /// That of this process. Writes UTF-8 whatever the locale: a container that was told nothing
  /// claims to know only ASCII.
  public static Shell ofProcess() {
    return new Shell(
        System.in,
        new StandardOutput(new FileOutputStream(FileDescriptor.out), isPipe(1)),
        new PrintStream(new FileOutputStream(FileDescriptor.err), false, StandardCharsets.UTF_8),
        isTerminal(1),
        isTerminal(0),
        System.getenv(),
        new OsSignals(),
        Runtime.getRuntime()::halt);
  }

  /// Whether escape codes are welcome.
  boolean live() {
    return terminal
        && variables.getOrDefault("NO_COLOR", "").isEmpty()
        && !variables.getOrDefault("TERM", "").equals("dumb");
  }

  /// Columns of a line, as far as `COLUMNS` tells.
  int width() {
    try {
      return Math.max(LEAST_WIDTH, Integer.parseInt(variables.getOrDefault("COLUMNS", "")));
    } catch (NumberFormatException _) {
      return USUAL_WIDTH;
    }
  }

  private static boolean isPipe(int descriptor) {
    try {
      var file = target(descriptor);
      return file.startsWith("pipe:") || file.startsWith("socket:");
    } catch (IOException | UnsupportedOperationException _) {
      return false;
    }
  }

  private static String target(int descriptor) throws IOException {
    return Files.readSymbolicLink(Path.of("/proc/self/fd/" + descriptor)).toString();
  }

  /// A console is none as well when only the input is not a terminal: asked second.
  @SuppressWarnings("SystemConsoleNull") // seen: null in 25 when there is no terminal
  private static boolean isTerminal(int descriptor) {
    try {
      var file = target(descriptor);
      return file.startsWith("/dev/pts/")
          || file.startsWith("/dev/tty")
          || file.equals("/dev/console");
    } catch (IOException | UnsupportedOperationException _) {
      var console = System.console();
      return console != null && console.isTerminal();
    }
  }
}
