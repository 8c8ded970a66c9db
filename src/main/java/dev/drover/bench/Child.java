package dev.drover.bench;

import java.io.BufferedReader;
import java.io.File;
import java.io.IOException;
import java.io.InputStreamReader;
import java.lang.management.ManagementFactory;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/// A server in a process of its own, started with the flags and the classes of this process. It has
/// answered a request when it is there.
final class Child implements AutoCloseable {
  private static final String LISTENING = " listening on ";
  private static final int TIDYING_SECONDS = 20;

  private final Process process;
  private final BufferedReader out;
  private final URI url;
  private final long listening;
  private final double startMillis;

  private Child(Process process, BufferedReader out, URI url, long listening, double startMillis) {
    this.process = process;
    this.out = out;
    this.url = url;
    this.listening = listening;
    this.startMillis = startMillis;
  }

  /// Starts it and waits for its first 200.
  ///
  /// @param line the main class and its arguments
  /// @param variables instead of all `DROVER_…` that this process has
  /// @param log gets what it says on standard error
  static Child start(List<String> line, Map<String, String> variables, File log)
      throws IOException {
    var builder =
        new ProcessBuilder(command(line)).redirectError(ProcessBuilder.Redirect.appendTo(log));
    builder.environment().keySet().removeIf(name -> name.startsWith("DROVER_"));
    builder.environment().putAll(variables);
    long start = System.nanoTime();
    var process = builder.start();
    var out =
        new BufferedReader(new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8));
    try {
      var said = out.readLine();
      while (said != null && !said.contains(LISTENING)) {
        said = out.readLine(); // a JVM's own flags may make it talk
      }
      if (said == null) {
        throw new IOException(
            "a server did not start. Its output: " + Files.readString(log.toPath()));
      }
      long listening = System.nanoTime();
      var url = URI.create(said.substring(said.indexOf(LISTENING) + LISTENING.length()));
      Http.get(url, "/health");
      return new Child(process, out, url, listening, (System.nanoTime() - start) / 1e6);
    } catch (IOException | RuntimeException e) {
      process.destroyForcibly();
      throw e;
    }
  }

  /// As the launcher starts a server; see `./drover`. A recording is of the bench itself.
  private static List<String> command(List<String> line) {
    var command = new ArrayList<String>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    for (var flag : ManagementFactory.getRuntimeMXBean().getInputArguments()) {
      if ((flag.startsWith("-X") && !flag.startsWith("-XX:StartFlightRecording"))
          || flag.startsWith("--enable-native-access")) {
        command.add(flag);
      }
    }
    command.addAll(List.of("-cp", System.getProperty("java.class.path")));
    command.addAll(line);
    return command;
  }

  URI url() {
    return url;
  }

  /// When it said that it listens, by [System#nanoTime].
  long listening() {
    return listening;
  }

  /// From the start of the process to its first 200.
  double startMillis() {
    return startMillis;
  }

  /// Resident memory, in MB; 0 where the system does not tell.
  double residentMegabytes() throws IOException {
    var status = Path.of("/proc/" + process.pid() + "/status");
    if (!Files.exists(status)) {
      return 0;
    }
    return Files.readAllLines(status).stream()
        .filter(line -> line.startsWith("VmRSS:"))
        .mapToDouble(line -> Double.parseDouble(line.replaceAll("\\D", "")) / 1_024)
        .findFirst()
        .orElse(0);
  }

  /// Ends it at once, as `kill -9` does.
  void kill() {
    process.destroyForcibly().onExit().join();
  }

  /// Asks it to end, and ends it if it does not.
  @Override
  public void close() {
    process.destroy();
    try {
      if (!process.waitFor(TIDYING_SECONDS, TimeUnit.SECONDS)) {
        process.destroyForcibly();
      }
      out.close();
    } catch (InterruptedException _) {
      process.destroyForcibly();
      Thread.currentThread().interrupt();
    } catch (IOException _) {
      // it has ended, and so has its output
    }
  }
}
