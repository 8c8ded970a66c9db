package dev.drover.cli;

import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.Map;
import java.util.function.IntConsumer;

/// The process that runs a command: its streams, environment and signals.
///
/// @param terminal whether `out` is a terminal
/// @param typed whether `in` is a terminal
/// @param variables the environment
/// @param command the name under which the command was started, to print in advice
/// @param leave exits the process at once with a status, without cleanup
public record Shell(
    InputStream in,
    StandardOutput out,
    PrintStream err,
    boolean terminal,
    boolean typed,
    Map<String, String> variables,
    String command,
    InstantSource clock,
    Signals signals,
    IntConsumer leave) {
  /// The property in which the start script passes the name under which it was called.
  private static final String COMMAND = "drover.command";

  private static final int USUAL_WIDTH = 80;
  private static final int LEAST_WIDTH = 20;

  public Shell {
    variables = Map.copyOf(variables);
  }

  /// The shell of this process. It writes UTF-8 in any locale, because containers without a
  /// configured locale claim to support only ASCII.
  public static Shell ofProcess() {
    return new Shell(
        System.in,
        new StandardOutput(new FileOutputStream(FileDescriptor.out), isPipe(1)),
        new PrintStream(new FileOutputStream(FileDescriptor.err), false, StandardCharsets.UTF_8),
        isTerminal(1),
        isTerminal(0),
        System.getenv(),
        System.getProperty(COMMAND, "drover"),
        InstantSource.system(),
        new OsSignals(),
        Runtime.getRuntime()::halt);
  }

  /// Whether escape codes may be printed.
  boolean live() {
    return terminal
        && variables.getOrDefault("NO_COLOR", "").isEmpty()
        && !variables.getOrDefault("TERM", "").equals("dumb");
  }

  /// The width of a line according to `COLUMNS`, or the default.
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

  /// The console is checked second, because it is also missing if only the input is not a terminal.
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
