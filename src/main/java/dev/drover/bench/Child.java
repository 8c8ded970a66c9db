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

/// A server in its own process, started with the JVM flags and the class path of this process. When
/// [#start] returns, it has answered a request.
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

  /// Starts a server and waits until it answers a request with 200.
  ///
  /// @param line the main class and its arguments
  /// @param variables environment variables, which replace all `DROVER_…` variables of this process
  /// @param log the file for its standard error
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
        said = out.readLine(); // JVM flags may cause other output
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

  /// The command line of a server, as the launcher `./drover` builds it. The flag of a flight
  /// recording is left out, because it applies to the benchmark itself.
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

  long pid() {
    return process.pid();
  }

  /// When the server reported that it listens, by [System#nanoTime].
  long listening() {
    return listening;
  }

  /// The time from the start of the process to its first response with 200.
  double startMillis() {
    return startMillis;
  }

  /// The resident memory, in MB; 0 if the system does not report it.
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

  /// Kills the process at once, as `kill -9` does.
  void kill() {
    process.destroyForcibly().onExit().join();
  }

  /// Stops the process, and kills it if it does not end in time.
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
      // the process has ended, and so has its output
    }
  }
}
