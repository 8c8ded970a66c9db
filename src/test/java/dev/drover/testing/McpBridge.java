package dev.drover.testing;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.drover.base.Json;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/// The servers `memory`, `filesystem` and `everything` of the Model Context Protocol, as npm has
/// them. They speak stdio; `bridge.mjs` puts one HTTP server in front of them, in a process of its
/// own, which a test may kill and start again on the same port. It ends with this JVM, however that
/// ends, because its input does. For one thread at a time.
public final class McpBridge implements AutoCloseable {
  private static final Path MODULES = Programs.CONFORMANCE.resolve("node_modules");
  private static final String NODE = MODULES.resolve("node/bin/node").toString();

  private final Path log;
  private final Path files;
  private final int port;
  private final Json.Obj servers;
  private @Nullable Process process;

  /// Installs and starts them.
  ///
  /// @param data a directory, for the graph of `memory` and the files of `filesystem`
  public McpBridge(Path data) throws IOException, InterruptedException {
    Programs.install(Programs.CONFORMANCE);
    log = data.resolve("bridge.log");
    files = Files.createDirectory(data.resolve("files")).toRealPath();
    port = FreePort.any();
    var graph = data.resolve("graph.jsonl").toString();
    servers =
        Json.obj(
            "memory", command("memory", Json.obj("MEMORY_FILE_PATH", graph)),
            "filesystem", command("filesystem", Json.EMPTY, files.toString()),
            "everything", command("everything", Json.EMPTY));
    start();
  }

  private static Json.Obj command(String name, Json.Obj environment, String... arguments) {
    var program = MODULES.resolve("@modelcontextprotocol/server-" + name + "/dist/index.js");
    var all = new ArrayList<>(List.of(program.toString()));
    all.addAll(List.of(arguments));
    return Json.obj("command", NODE, "args", all, "env", environment);
  }

  /// Starts it where it was killed, and waits until it listens.
  public void start() throws IOException {
    var started =
        new ProcessBuilder(NODE, "bridge.mjs", Integer.toString(port), servers.toString())
            .directory(Programs.CONFORMANCE.toFile())
            .redirectErrorStream(true)
            .redirectOutput(log.toFile())
            .start();
    process = started;
    await().until(() -> !started.isAlive() || said().contains("bridge is listening"));
    assertThat(started.isAlive()).as(said()).isTrue();
  }

  /// What it said since it was last started.
  private String said() throws IOException {
    return Files.readString(log);
  }

  /// Waits until it has passed a message on since it was last started.
  ///
  /// @param message the server, the method, and the tool if there is one, each after a space
  public void untilPassed(String message) {
    await().until(() -> said().contains(message));
  }

  /// Kills it and the processes of the servers.
  public void kill() throws InterruptedException {
    var running = process;
    if (running != null) {
      var all = Stream.concat(Stream.of(running.toHandle()), running.descendants()).toList();
      all.forEach(ProcessHandle::destroyForcibly);
      running.waitFor();
    }
  }

  /// Where a session finds a server.
  public URI url(String server) {
    return URI.create("http://127.0.0.1:" + port + "/" + server);
  }

  /// The directory that `filesystem` may use.
  public Path files() {
    return files;
  }

  @Override
  public void close() {
    try {
      kill();
    } catch (InterruptedException _) {
      Thread.currentThread().interrupt();
    }
  }
}
