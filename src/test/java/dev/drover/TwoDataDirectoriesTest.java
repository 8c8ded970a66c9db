package dev.drover;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.drover.base.Ids;
import dev.drover.base.Json;
import dev.drover.base.Pause;
import dev.drover.catalog.BlobId;
import dev.drover.catalog.Blobs;
import dev.drover.store.StoreUnusable;
import dev.drover.store.blobs.DirectoryBlobs;
import dev.drover.testing.BlobsView;
import dev.drover.testing.Commands;
import dev.drover.testing.DroverClient;
import dev.drover.testing.Postgres;
import dev.drover.testing.Script;
import dev.drover.testing.ScriptedMessages;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;

/// Two nodes over one PostgreSQL, each with a data directory of its own, as on two hosts. They
/// share only the database and the stored contents.
@Timeout(180)
@Execution(ExecutionMode.CONCURRENT)
@Tag("database")
@Tag("sandbox")
final class TwoDataDirectoriesTest {
  static final String MANY =
      """
      mkdir -p a/b 'odd name' && cd a && echo one > one && ln one two && ln -s /no/where link
      printf 'x' > $'line\\nbreak' && printf '\\377' > $'\\377bytes' && touch -d '1969-12-31 12:00' old
      truncate -s 50M hole && printf end >> hole && head -c 300000 /dev/urandom > b/random
      chmod 711 one && chmod 000 b && chmod 1777 '../odd name' && mkfifo pipe
      echo kept > /mnt/session/outputs/out.txt && echo mine > /mnt/user/mine && cd\
      """;
  static final String MANIFEST =
      """
      cd /workspace && chmod 700 a/b && touch -d @7 a && find . /mnt/session/outputs /mnt/user ! -type p \
      -printf '%p %y %m %n %T@ %s %l\\n' | LC_ALL=C sort \
      && find . -type f -exec sha256sum {} + | LC_ALL=C sort && du -k a/hole | cut -f1; cd\
      """;

  @TempDir Path directory;

  private final Postgres.Database database = Postgres.database();
  private final ScriptedMessages model = ScriptedMessages.start();
  private Drover a;
  private Drover b;

  private final AtomicBoolean away = new AtomicBoolean();
  private final Wiring shared =
      new Wiring() {
        @Override
        Blobs blobs(Config config, Ids ids) throws StoreUnusable, InterruptedException {
          return new Breaking(
              DirectoryBlobs.open(directory.resolve("blobs"), ids, Pause.REAL), away);
        }
      };

  /// Contents that end in the middle while `away` is set.
  private record Breaking(Blobs blobs, AtomicBoolean away) implements BlobsView {
    @Override
    public Optional<Held> file(BlobId id) throws InterruptedException {
      return away.get() ? blobs.file(id).map(Breaking::half) : blobs.file(id);
    }

    private static Held half(Held whole) {
      try (whole) {
        var half = Files.createTempFile("half-", "");
        var bytes = Files.readAllBytes(whole.path());
        Files.write(half, Arrays.copyOf(bytes, bytes.length / 2));
        return new Held() {
          @Override
          public Path path() {
            return half;
          }

          @Override
          public void close() {
            half.toFile().delete();
          }
        };
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }
  }

  private Drover node(String name) throws InterruptedException {
    return node(name, "86400000");
  }

  private Drover node(String name, String after) throws InterruptedException {
    var flags = new HashMap<String, String>();
    flags.put("data", directory.resolve(name).toString());
    flags.put("port", "0");
    flags.put("anthropic.base_url", model.uri().toString());
    flags.put("anthropic.api_key", "sk-model");
    flags.put("api_key", "sk-test-key");
    flags.put("nodes.lapse_ms", "60000"); // no node is dead because the machine is busy
    flags.put("snapshots.after_ms", after);
    flags.put("database_url", database.url());
    return new Drover(Config.read(flags, Map.of()), shared);
  }

  @BeforeEach
  void start() throws Exception {
    a = node("a");
    b = node("b");
  }

  @AfterEach
  void stop() {
    a.close();
    b.close();
    model.close();
    database.close();
  }

  private static DroverClient client(Drover node) {
    return new DroverClient(node.url(), "sk-test-key");
  }

  /// The result of a command that the session's agent runs, on the node that gets the message.
  private String run(Drover node, String session, String command) {
    model.script(
        Script.reply().toolUse("bash", Json.obj("command", command)), Script.reply().text("done"));
    try (var client = client(node)) {
      client.say(session, "Go on");
      client.awaitIdle(session);
      var result =
          client.events(session).stream()
              .filter(event -> DroverClient.type(event).equals("agent.tool_result"))
              .toList()
              .getLast();
      return String.valueOf(((Json.Obj) result.items("content").getFirst()).text("text"));
    }
  }

  private static String session(Drover node) {
    try (var client = client(node)) {
      return client.session("scripted");
    }
  }

  /// The lines without what the model is told about the sandbox.
  private static String withoutNote(String result) {
    assertThat(result).startsWith("[sandbox] This is a new sandbox.");
    return result.substring(result.indexOf('\n') + 1);
  }

  @Test
  void theFilesOfASessionFollowItToAnotherDataDirectory() throws Exception {
    var session = session(a);
    run(a, session, MANY);
    var there = run(a, session, MANIFEST);
    assertThat(there).contains("hole", "random", "out.txt", "mine");
    var here = run(b, session, MANIFEST);
    assertThat(here).contains("Not restored: 1 FIFO.").doesNotContain("later command");
    assertThat(withoutNote(here)).isEqualTo(there);
    assertThat(run(b, session, "cd /workspace; rm a/old; echo b > new; cat new")).isEqualTo("b");
    assertThat(withoutNote(run(a, session, "cat new; ls a")))
        .startsWith("b\n")
        .doesNotContain("old");
  }

  @Test
  void filesThatAClientPutsIntoASessionAtRestFollowItToo() throws Exception {
    var session = session(a);
    try (var one = client(a);
        var other = client(b)) {
      one.put(session, "before", "first");
      assertThat(one.text("/drover/sessions/" + session + "/files/list"))
          .contains("/workspace/before");
      assertThat(withoutNote(run(b, session, "cat before"))).isEqualTo("first");
      assertThatThrownBy(() -> one.put(session, "late", "x"))
          .hasMessageContaining("409")
          .hasMessageContaining("are on another node, " + nodeOf(other) + ". Ask that node;");
      other.put(session, "between", "second");
      assertThat(withoutNote(run(a, session, "cat before between"))).isEqualTo("firstsecond");
    }
  }

  /// The node that works may have taken its snapshot of the files right before.
  @Test
  void filesThatAreSentWhileAnotherNodeWorksAreNotConfirmed() throws Exception {
    var session = session(a);
    run(a, session, "true");
    var working = new CountDownLatch(1);
    model.script(Script.reply().hold(working).text("done"));
    try (var one = client(a);
        var other = client(b)) {
      other.say(session, "Go on");
      model.request(3);
      assertThatThrownBy(() -> one.putLive(session, "late", "x"))
          .hasMessageContaining("409")
          .hasMessageContaining("Another node began to work on this session meanwhile");
      working.countDown();
      other.awaitIdle(session);
      await().untilAsserted(() -> one.put(session, "late", "x"));
    }
    assertThat(withoutNote(run(b, session, "cat late"))).isEqualTo("x");
  }

  private static String nodeOf(DroverClient client) {
    return client.get("/drover/nodes").items("data").stream()
        .map(Json.Obj.class::cast)
        .filter(node -> node.get("self").equals(Optional.of(Json.of(true))))
        .map(node -> node.text("name") + " on " + node.text("host"))
        .findFirst()
        .orElseThrow();
  }

  @Test
  void aNodeThatIsStoppedLeavesItsFilesToTheOther() throws Exception {
    var session = session(a);
    run(a, session, "echo first > file");
    a.drain();
    a.close();
    var result = run(b, session, "cat file");
    assertThat(result).contains("restored from a snapshot").doesNotContain("later command");
    assertThat(withoutNote(result)).isEqualTo("first");
  }

  @Test
  void theModelIsToldWhichCommandsAreLostWithADeadNode() throws Exception {
    var session = session(a);
    run(a, session, "echo first > file");
    run(b, session, "echo second >> file");
    assertThat(run(b, session, "cat file")).isEqualTo("first\nsecond");
    b.close(); // as a crash: nothing is kept
    var result = run(a, session, "cat file");
    assertThat(result).contains("2 later commands may have changed files");
    assertThat(withoutNote(result)).isEqualTo("first");
  }

  @Test
  void aRestoreThatBreaksOffIsRepeatedAndNothingHalfIsShown() throws Exception {
    var session = session(a);
    run(a, session, "seq 1 20000 > a; head -c 9000 /dev/urandom > b; seq 1 20000 > c");
    away.set(true);
    assertThat(run(b, session, "ls")).startsWith("The files of this session could not be restored");
    away.set(false);
    var result = run(b, session, "ls; wc -l c");
    assertThat(result).contains("restored from a snapshot").doesNotContain("later command");
    assertThat(withoutNote(result)).isEqualTo("a\nb\nc\n20000 c");
  }

  @Test
  void aSessionAtRestIsKeptWithoutBeingAskedFor() throws Exception {
    String session;
    try (var c = node("c", "0")) {
      session = session(c);
      run(
          c,
          session,
          "echo first > file; (" + Commands.repeat("echo $EPOCHREALTIME > now") + ") &");
      await().until(() -> !stored().isEmpty());
      var kept = stored();
      assertThat(run(c, session, "sleep 0.1; kill -0 %1 && echo lives")).isEqualTo("lives");
      await().until(() -> !stored().equals(kept)); // with the second command
    }
    var result = run(b, session, "cat file");
    assertThat(result).contains("restored from a snapshot").doesNotContain("later command");
    assertThat(withoutNote(result)).isEqualTo("first");
  }

  @Test
  void theOutputsOfASessionAreCollectedWhereverItIs() throws Exception {
    var session = session(a);
    run(a, session, "cd /mnt/session/outputs; echo one > f; echo two > g");
    var first = untilOutputs(b, session, "f one", "g two");
    run(b, session, "cd /mnt/session/outputs; echo changed > f; rm g; echo three > h");
    var second = untilOutputs(a, session, "f changed", "g two", "h three");
    assertThat(second.get("g two")).isEqualTo(first.get("g two"));
    run(a, session, "cd /mnt/session/outputs; cat f h > i");
    var third = untilOutputs(b, session, "f changed", "g two", "h three", "i changed\nthree");
    assertThat(third).containsAllEntriesOf(second);
  }

  /// The ids of a session's outputs by path and content, once they are these.
  private static Map<String, String> untilOutputs(Drover node, String session, String... outputs) {
    try (var client = client(node)) {
      return await()
          .until(() -> outputs(client, session), all -> all.keySet().equals(Set.of(outputs)));
    }
  }

  private static Map<String, String> outputs(DroverClient client, String session) {
    var outputs = new HashMap<String, String>();
    for (var one : client.get("/v1/files?scope_id=" + session).items("data")) {
      var file = (Json.Obj) one;
      var id = String.valueOf(file.text("id"));
      var content = client.text("/v1/files/" + id + "/content").strip();
      assertThat(outputs.put(file.text("path") + " " + content, id)).isNull();
    }
    return outputs;
  }

  private List<Path> stored() throws IOException {
    try (var files = Files.walk(directory.resolve("blobs"))) {
      return files
          .filter(file -> file.getFileName().toString().length() > 64)
          .filter(file -> !file.startsWith(directory.resolve("blobs/incoming")))
          .sorted()
          .toList();
    }
  }
}
