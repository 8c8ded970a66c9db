package dev.drover.testing;

import static org.awaitility.Awaitility.await;

import java.io.BufferedReader;
import java.io.File;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/// `drover serve` in a process of its own, as an operator runs it, for tests that kill it.
public final class ServerProcess implements AutoCloseable {
  public static final String KEY = "sk-test-key";

  /// More flags of these servers' JVM, for a debugger; see docs/debugging.md.
  private static final String FLAGS = "DROVER_TEST_JVM";

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
  /// @param environment such as `DROVER_DATABASE_URL`; nothing else of Drover's is inherited
  /// @param flags of `serve`; without a `--port` it takes a free one
  public static ServerProcess start(
      Path data, File log, Map<String, String> environment, String... flags) throws IOException {
    return start(List.of(), data, log, environment, flags);
  }

  /// As [#start], with a limit of files that the process may open.
  public static ServerProcess withFiles(
      int files, Path data, File log, Map<String, String> environment, String... flags)
      throws IOException {
    var limited = List.of("bash", "-c", "ulimit -n " + files + " && exec \"$@\"", "limited");
    return start(limited, data, log, environment, flags);
  }

  /// As [#start], for a server that obeys SIGHUP, even if this process ignores it (`nohup`).
  public static ServerProcess reloadable(Path data, File log, Map<String, String> environment)
      throws IOException {
    return start(List.of("env", "--default-signal=HUP"), data, log, environment);
  }

  private static ServerProcess start(
      List<String> before, Path data, File log, Map<String, String> environment, String... flags)
      throws IOException {
    var command = new ArrayList<>(before);
    command.addAll(ChildJvm.command());
    command.add("-Xmx512m");
    Stream.ofNullable(System.getenv(FLAGS))
        .flatMap(Pattern.compile(" +")::splitAsStream)
        .forEach(command::add);
    command.addAll(List.of("dev.drover.Main", "serve", "--data", data.toString()));
    command.addAll(List.of(flags));
    if (!command.contains("--port")) {
      command.addAll(List.of("--port", "0"));
    }
    return start(command, log, environment);
  }

  /// @param command of a `serve`
  static ServerProcess start(List<String> command, File log, Map<String, String> environment)
      throws IOException {
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

  /// One of several nodes over one database. It waits for no turn when it is stopped.
  ///
  /// @param name of its log in `directory`
  /// @param lapseMillis after which the others take its sessions over
  public static ServerProcess node(
      Path directory,
      String name,
      Path data,
      Postgres.Database database,
      ScriptedMessages model,
      int lapseMillis)
      throws IOException {
    return start(
        data,
        directory.resolve(name + ".log").toFile(),
        Map.of(
            "DROVER_DATABASE_URL",
            database.url(),
            "DROVER_NODES_LAPSE_MS",
            Integer.toString(lapseMillis),
            "DROVER_DRAIN_MS",
            "0",
            "DROVER_ANTHROPIC_BASE_URL",
            model.uri().toString()));
  }

  public DroverClient client() {
    return new DroverClient(url, KEY);
  }

  public URI url() {
    return url;
  }

  /// SIGSTOP: it stands still, and its clock does not. What it started goes on. Returns when the
  /// last thread has stopped: on a busy machine some run on for a while after the signal.
  public void pause() throws IOException, InterruptedException {
    Signals.send("STOP", Stream.of(process.toHandle()));
    await().until(this::standsStill);
  }

  private boolean standsStill() throws IOException {
    try (var threads = Files.list(Path.of("/proc", Long.toString(process.pid()), "task"))) {
      for (var thread : threads.toList()) {
        var stat = Files.readString(thread.resolve("stat"));
        if (stat.charAt(stat.lastIndexOf(')') + 2) != 'T') {
          return false;
        }
      }
    }
    return true;
  }

  /// SIGCONT, after [#pause].
  public void resume() throws IOException, InterruptedException {
    Signals.send("CONT", Stream.of(process.toHandle()));
  }

  /// SIGHUP.
  public void hangUp() throws IOException, InterruptedException {
    Signals.send("HUP", Stream.of(process.toHandle()));
  }

  public boolean isAlive() {
    return process.isAlive();
  }

  /// Its resident memory.
  public long residentBytes() throws IOException {
    return status("VmRSS") << 10;
  }

  /// How many files it has open.
  public int files() throws IOException {
    try (var files = Files.list(Path.of("/proc", Long.toString(process.pid()), "fd"))) {
      return (int) files.count();
    }
  }

  /// The names of its platform threads, the JVM's own among them, as the kernel cuts them: to 15
  /// characters.
  public List<String> threadNames() throws IOException {
    var names = new ArrayList<String>();
    try (var threads = Files.list(Path.of("/proc", Long.toString(process.pid()), "task"))) {
      for (var thread : threads.toList()) {
        try {
          names.add(Files.readString(thread.resolve("comm")).strip());
        } catch (IOException _) {
          // it has ended
        }
      }
    }
    return names;
  }

  /// Its platform threads, the JVM's own among them.
  public long threads() throws IOException {
    return status("Threads");
  }

  /// The first number of a line of `/proc/<pid>/status`.
  private long status(String name) throws IOException {
    var file = Path.of("/proc", Long.toString(process.pid()), "status");
    for (var line : Files.readAllLines(file)) {
      var words = line.split("\\s+", 3);
      if (words[0].equals(name + ":")) {
        return Long.parseLong(words[1]);
      }
    }
    throw new IOException(file + " has no " + name);
  }

  /// SIGKILL: nothing is said, nothing is saved. Paused or not.
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
      resume();
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
