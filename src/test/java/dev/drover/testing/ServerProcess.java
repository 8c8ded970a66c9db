package dev.drover.testing;

import java.io.BufferedReader;
import java.io.File;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/// `drover serve` in a process of its own, as an operator runs it, for tests that kill it.
public final class ServerProcess implements AutoCloseable {
  public static final String KEY = "sk-test-key";
  private static final String LISTENING = "drover listening on ";

  private final Process process;
  private final URI url;

  private ServerProcess(Process process, URI url) {
    this.process = process;
    this.url = url;
  }

  /// Starts it and waits until it listens.
  ///
  /// @param log gets what it says on standard error
  public static ServerProcess start(Path data, File log, Map<String, String> environment)
      throws IOException {
    var command =
        new ArrayList<>(
            List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "--enable-native-access=ALL-UNNAMED",
                "-XX:+UseSerialGC",
                "-XX:TieredStopAtLevel=1",
                "-Xmx512m",
                "-cp",
                System.getProperty("java.class.path"),
                "dev.drover.Main",
                "serve",
                "--port",
                "0",
                "--data",
                data.toString()));
    var builder = new ProcessBuilder(command).redirectError(ProcessBuilder.Redirect.appendTo(log));
    builder.environment().keySet().removeIf(name -> name.startsWith("DROVER_"));
    builder.environment().put("DROVER_API_KEY", KEY);
    builder.environment().putAll(environment);
    var process = builder.start();
    var out =
        new BufferedReader(new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8));
    var line = out.readLine();
    if (line == null || !line.startsWith(LISTENING)) {
      process.destroyForcibly();
      throw new IOException("the server did not start; it said " + line + ", see " + log);
    }
    return new ServerProcess(process, URI.create(line.substring(LISTENING.length())));
  }

  public DroverClient client() {
    return new DroverClient(url, KEY);
  }

  public URI url() {
    return url;
  }

  /// SIGKILL: nothing is said, nothing is saved.
  public void kill() throws InterruptedException {
    process.destroyForcibly().waitFor();
  }

  /// SIGTERM; the exit status.
  public int stop() throws InterruptedException {
    process.destroy();
    return process.waitFor();
  }

  /// Lets it tidy up behind itself, if it still runs: a killed server's sandboxes outlive it for a
  /// while.
  @Override
  public void close() {
    process.destroy();
    try {
      if (!process.waitFor(20, TimeUnit.SECONDS)) {
        process.destroyForcibly();
      }
    } catch (InterruptedException _) {
      process.destroyForcibly();
      Thread.currentThread().interrupt();
    }
  }
}
