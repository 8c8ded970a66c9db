package dev.drover;

import static org.assertj.core.api.Assertions.assertThat;

import dev.drover.testing.DroverClient;
import dev.drover.testing.Script;
import dev.drover.testing.ScriptedMessages;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/// `drover logs` on a machine whose server does not run: it reads the store.
@Tag("sandbox")
@Timeout(120)
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
final class LogsWithoutServerTest {
  @TempDir static Path directory;

  private final ScriptedMessages model = ScriptedMessages.start();
  private Path data;

  /// The files as a server that is killed leaves them.
  private Path killed;

  private TerminalUser user;
  private String session;
  private String withServer;

  @BeforeAll
  void converse() throws Exception {
    data = directory.resolve("data");
    model.script(Script.reply().text("Hello there."), Script.reply().text("And again."));
    var settings =
        Map.of("anthropic.base_url", model.uri().toString(), "anthropic.api_key", "sk-model");
    var server = TerminalUser.server(directory, settings);
    user = new TerminalUser(server, directory);
    try (var client = new DroverClient(server.url(), server.key().reveal())) {
      session = client.session("scripted");
      client.say(session, "First");
      client.awaitIdle(session);
      assertThat(user.run("", "logs", session)).isZero();
      withServer = user.out();
      killed = copy("killed");
    }
    server.close();
  }

  @AfterAll
  void stop() {
    model.close();
  }

  private Path copy(String name) throws IOException {
    var to = Files.createDirectory(directory.resolve(name));
    for (var file : List.of("drover.db", "drover.db-wal", "drover.db-shm")) {
      if (Files.exists(data.resolve(file))) {
        Files.copy(data.resolve(file), to.resolve(file));
      }
    }
    return to;
  }

  private int logs(Path data, String id, String... flags) {
    var args = new String[flags.length + 4];
    args[0] = "logs";
    args[1] = id;
    args[2] = "--data";
    args[3] = data.toString();
    System.arraycopy(flags, 0, args, 4, flags.length);
    return user.run("", args);
  }

  private static List<String> files(Path data) throws IOException {
    try (var all = Files.list(data)) {
      return all.map(file -> file + " " + file.toFile().length()).sorted().toList();
    }
  }

  @Test
  void theTranscriptIsTheSameAsWithAServerAndNothingIsWritten() throws Exception {
    var before = files(data);
    var content = Files.readAllBytes(data.resolve("drover.db"));
    assertThat(logs(data, session)).isZero();
    assertThat(user.out()).isEqualTo(withServer).contains("First", "Hello there.");
    assertThat(user.err())
        .isEqualTo(
            "drover: no server is running; these are the events in "
                + data.resolve("drover.db")
                + "\n");
    assertThat(files(data)).isEqualTo(before);
    assertThat(Files.readAllBytes(data.resolve("drover.db"))).isEqualTo(content);
  }

  @Test
  void whatAKilledServerHasWrittenIsThere() {
    assertThat(logs(killed, session)).isZero();
    assertThat(user.out()).isEqualTo(withServer);
  }

  @Test
  void flagsHoldAsWithAServer() {
    assertThat(logs(data, session.substring("sesn_".length(), 20), "--tail", "3")).isZero();
    assertThat(user.out()).contains("(idle)").doesNotContain("First");
    assertThat(logs(data, session, "--since", "2100-01-01T00:00:00Z")).isZero();
    assertThat(user.out()).isEmpty();
    assertThat(logs(data, session, "--json")).isZero();
    assertThat(user.out().lines())
        .hasSizeGreaterThan(4)
        .allMatch(line -> line.startsWith("{") && line.contains("\"type\":"))
        .noneMatch(line -> line.contains("drover."));
  }

  @Test
  void whatOnlyAServerKnowsNeedsOne() throws Exception {
    assertThat(logs(data, session, "-f")).isEqualTo(1);
    assertThat(user.err()).contains("no server at ");
    assertThat(logs(data, session, "--url", "http://127.0.0.1:1")).isEqualTo(1);
    assertThat(user.err()).contains("no server at http://127.0.0.1:1");
    assertThat(logs(Files.createDirectory(directory.resolve("none")), session)).isEqualTo(1);
    assertThat(user.err()).contains("no server at ");
    assertThat(user.out()).isEmpty();
  }

  @Test
  void anUnknownSessionAndADamagedStoreAreErrors() throws Exception {
    assertThat(logs(data, "sesn_none")).isEqualTo(1);
    assertThat(user.err()).isEqualTo("drover: no session begins with sesn_none\n");
    var damaged = Files.createDirectory(directory.resolve("damaged"));
    Files.writeString(damaged.resolve("drover.db"), "not a database, but long enough to be one");
    assertThat(logs(damaged, session)).isEqualTo(1);
    assertThat(user.err()).startsWith("drover: " + damaged);
  }
}
