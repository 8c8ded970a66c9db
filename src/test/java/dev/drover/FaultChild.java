package dev.drover;

import dev.drover.testing.ChildJvm;
import java.io.BufferedReader;
import java.io.File;
import java.io.IOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;

/// A [FaultyServer] in a process of its own. One thread.
final class FaultChild implements AutoCloseable {
  static final String KEY = "sk-test-key";

  /// How often a client looks: each look costs a cold server some milliseconds of work.
  static final long PACE_MILLIS = 50;

  private final Process process;
  private final BufferedReader out;
  private final URI url;

  private FaultChild(Process process, BufferedReader out, URI url) {
    this.process = process;
    this.out = out;
    this.url = url;
  }

  /// Starts it. Where a fault is armed from the start, it may die before it listens.
  ///
  /// @param log gets what it says on standard error
  /// @return empty if it died as it was meant to
  static Optional<FaultChild> start(Path data, File log, Map<String, String> environment)
      throws IOException, InterruptedException {
    var command = ChildJvm.command();
    command.addAll(List.of("-Xmx256m", "dev.drover.FaultyServer", data.toString()));
    var builder = new ProcessBuilder(command).redirectError(ProcessBuilder.Redirect.appendTo(log));
    builder.environment().keySet().removeIf(name -> name.startsWith("DROVER_"));
    builder.environment().put("DROVER_API_KEY", KEY);
    builder.environment().putAll(environment);
    var process = builder.start();
    var out = process.inputReader(StandardCharsets.UTF_8);
    var line = out.readLine();
    if (line != null) {
      return Optional.of(new FaultChild(process, out, URI.create(line)));
    }
    int status = process.waitFor();
    if (status != FaultPoints.STATUS) {
      throw new IOException("the server ended with " + status + ", see " + log);
    }
    return Optional.empty();
  }

  URI url() {
    return url;
  }

  /// Arms it, and counts from here on. What works in the background may come to the boundary before
  /// this is answered: then it has died as it was meant to.
  void arm(String fault) throws IOException, InterruptedException {
    try {
      say("arm " + fault);
    } catch (IOException e) {
      if (fault.isEmpty() || !hasDied(2_000) || status() != FaultPoints.STATUS) {
        throw e;
      }
    }
  }

  /// See [FaultPoints#boundaries].
  List<String> boundaries() throws IOException {
    return List.of(say("boundaries").split(" ", -1));
  }

  private String say(String line) throws IOException {
    var in = process.outputWriter(StandardCharsets.UTF_8);
    in.write(line + "\n");
    in.flush();
    var answer = out.readLine();
    if (answer == null) {
      throw new IOException("it has died");
    }
    return answer;
  }

  /// Whether it has died within this time.
  boolean hasDied(long millis) throws InterruptedException {
    return process.waitFor(millis, TimeUnit.MILLISECONDS);
  }

  /// How it ended.
  int status() {
    return process.exitValue();
  }

  /// Ends it, so that it tidies up.
  @Override
  public void close() {
    try {
      process.outputWriter().close();
      if (!process.waitFor(20, TimeUnit.SECONDS)) {
        process.destroyForcibly();
      }
    } catch (IOException _) {
      process.destroyForcibly();
    } catch (InterruptedException _) {
      process.destroyForcibly();
      Thread.currentThread().interrupt();
    }
  }
}
