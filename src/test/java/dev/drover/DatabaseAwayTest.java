package dev.drover;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.drover.base.Pause;
import dev.drover.base.Scope;
import dev.drover.testing.Audit;
import dev.drover.testing.PostgresServer;
import dev.drover.testing.Script;
import dev.drover.testing.ScriptedMessages;
import dev.drover.testing.ServerProcess;
import dev.drover.testing.Tmpfs;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/// The database goes away under load, hangs, or has no room: what was acknowledged is in it, what
/// was not was refused in time and in words, and work goes on by itself when it is back. One server
/// process with a small heap and one database live through all of that.
///
/// `-Dfaults=all` keeps it away for longer.
@Tag("proof")
@Timeout(300)
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@Tag("database")
@Tag("sandbox")
final class DatabaseAwayTest {
  private static final Duration AWAY = Duration.ofSeconds(FaultSample.ALL ? 30 : 3);

  private static final int CLIENTS = 8;

  /// As a client's.
  private static final Duration BACK_OFF = Duration.ofMillis(50);

  /// What the JVM starts and ends as it likes, and the clients of the JDK do.
  private static final List<String> OF_THE_JVM =
      List.of("ForkJoinPool", "HttpClient", "C1 Compiler", "C2 Compiler", "process reaper");

  private final Deque<AutoCloseable> open = new ArrayDeque<>();
  private ScriptedMessages model;
  private Path log;
  private Tmpfs rowsDisk;
  private Tmpfs logDisk;
  private PostgresServer server;
  private ServerProcess process;
  private NodeHere node;

  private <T extends AutoCloseable> T open(T resource) {
    open.push(resource);
    return resource;
  }

  @BeforeAll
  void start(@TempDir Path directory) throws Exception {
    log = directory.resolve("log");
    model = open(ScriptedMessages.start()).otherwise(_ -> Script.reply().text("ok"));
    rowsDisk = open(Tmpfs.mount(128));
    logDisk = open(Tmpfs.mount(64));
    server =
        open(
            PostgresServer.in(rowsDisk.directory())
                .wal(logDisk.directory())
                .set("max_wal_size", "32MB")
                .set("min_wal_size", "32MB")
                .start());
    process =
        open(
            ServerProcess.start(
                directory.resolve("data"),
                log.toFile(),
                Map.of(
                    "DROVER_DATABASE_URL",
                    server.url() + "&socketTimeout=2",
                    "DROVER_NODES_LAPSE_MS",
                    "500",
                    "DROVER_DRAIN_MS",
                    "0",
                    "DROVER_ANTHROPIC_BASE_URL",
                    model.uri().toString(),
                    "_JAVA_OPTIONS", // goes before those of the command line
                    "-Xmx96m")));
    node = open(NodeHere.at(process.url()));
  }

  @AfterAll
  void stop() throws Exception {
    while (!open.isEmpty()) {
      open.pop().close();
    }
    assertThat(Files.readString(log)).doesNotContain("OutOfMemoryError");
  }

  private interface Fault {
    void happen() throws Exception;
  }

  /// What is kept for the reader.
  private static final class Told {
    final Map<String, List<String>> acknowledged = new HashMap<>();
    final AtomicInteger answers = new AtomicInteger();
    final AtomicInteger refusals = new AtomicInteger();
    final Queue<NodeHere.Answer> others = new ConcurrentLinkedQueue<>();
    volatile boolean enough;
  }

  private static void send(NodeHere node, String session, Told told, List<String> acknowledged)
      throws InterruptedException {
    int number = 0;
    int retries = 0;
    while (!told.enough) {
      var answer = node.say(session, "message " + number, retries);
      if (answer.isOk()) {
        acknowledged.addAll(answer.ids());
        told.answers.incrementAndGet();
        number++;
        retries = 0;
        idle(node, session, told);
      } else if (answer.isRefusal()) {
        told.refusals.incrementAndGet();
        retries++;
        Pause.REAL.pause(BACK_OFF);
      } else {
        told.others.add(answer);
        return;
      }
    }
  }

  /// A client that sends on and on while the database is away, until it is refused: the others may
  /// all be waiting for turns that cannot go on. What was refused is sent again when it is back.
  private static final class Impatient {
    private final NodeHere node;
    private final String session;
    private final List<String> acknowledged;
    private int number;
    private int retries;

    Impatient(NodeHere node, String session, List<String> acknowledged) {
      this.node = node;
      this.session = session;
      this.acknowledged = acknowledged;
    }

    /// Whether it has been refused.
    boolean send() throws InterruptedException {
      if (retries == 0) {
        trySending();
      }
      return retries > 0;
    }

    void sendRefused() throws InterruptedException {
      while (retries > 0) {
        trySending();
        Pause.REAL.pause(BACK_OFF);
      }
    }

    private void trySending() throws InterruptedException {
      var answer = node.say(session, "impatient " + number, retries);
      if (answer.isOk()) {
        acknowledged.addAll(answer.ids());
        number++;
        retries = 0;
      } else {
        assertThat(answer.isRefusal()).as(answer.toString()).isTrue();
        retries++;
      }
    }
  }

  /// A client that waits for its turn to end, as far as it can see.
  private static void idle(NodeHere node, String session, Told told) throws InterruptedException {
    while (!told.enough) {
      var answer = node.get("/v1/sessions/" + session);
      if (!answer.isOk() || answer.body().contains("\"status\":\"idle\"")) {
        return;
      }
    }
  }

  /// What the server started.
  private List<String> threads() throws IOException {
    return process.threadNames().stream()
        .filter(name -> OF_THE_JVM.stream().noneMatch(name::startsWith))
        .toList();
  }

  private void underLoad(Fault begin, Fault end) throws Exception {
    var told = new Told();
    for (int i = 0; i < CLIENTS; i++) {
      told.acknowledged.put(node.client().session("scripted"), new ArrayList<>());
    }
    var impatient = new Impatient(node, node.client().session("scripted"), new ArrayList<>());
    try (var scope = new Scope()) {
      var clients = new ArrayList<Scope.Task<List<String>>>();
      told.acknowledged.forEach(
          (session, ids) ->
              clients.add(
                  scope.fork(
                      () -> {
                        send(node, session, told, ids);
                        return ids;
                      })));
      await().until(() -> told.answers.get() >= 5 * CLIENTS);
      model.forget();
      int threads = threads().size();

      begin.happen();
      long back = System.nanoTime() + AWAY.toNanos();
      boolean refused = false;
      while (System.nanoTime() < back || !refused) {
        // One that was under way may still be told of its success.
        var answer = node.get("/v1/sessions?limit=1");
        assertThat(answer.isRefusal() || answer.isOk()).as(answer.toString()).isTrue();
        refused = impatient.send() || told.refusals.get() > 0;
        Pause.REAL.pause(BACK_OFF);
      }
      end.happen();
      impatient.sendRefused();
      told.acknowledged.put(impatient.session, impatient.acknowledged);

      int answers = told.answers.get();
      await()
          .atMost(Duration.ofSeconds(60))
          .until(() -> told.answers.get() >= answers + 5 * CLIENTS);
      told.enough = true;
      for (var client : clients) {
        client.join();
      }
      assertThat(told.others).isEmpty();
      await()
          .atMost(Duration.ofSeconds(60))
          .until(
              () ->
                  told.acknowledged.keySet().stream()
                      .allMatch(
                          session ->
                              node.client()
                                  .get("/v1/sessions/" + session)
                                  .toString()
                                  .contains("\"status\":\"idle\"")));
      try (var connection = DriverManager.getConnection(server.url());
          var inbox = connection.prepareStatement("SELECT 1 FROM inbox WHERE json IS NOT NULL")) {
        await() // one that rests shows as idle until its brain tries the database again
            .until(
                () -> {
                  try (var rows = inbox.executeQuery()) {
                    return !rows.next();
                  }
                });
      }
      model.forget();
      await()
          .atMost(Duration.ofSeconds(30))
          .untilAsserted(() -> assertThat(threads()).hasSizeLessThanOrEqualTo(threads + 2));
      assertThat(process.isAlive()).isTrue();
    }
    try (var connection = DriverManager.getConnection(server.url())) {
      told.acknowledged.forEach((session, ids) -> assertKept(connection, session, ids));
      assertThat(Audit.of(connection)).isEmpty();
    }
    System.out.printf(
        "database away: %d acknowledged, %d refused, 0 lost%n",
        told.acknowledged.values().stream().mapToInt(List::size).sum(), told.refusals.get());
  }

  private static void assertKept(Connection connection, String session, List<String> ids) {
    var stored = new ArrayList<String>();
    try (var statement =
        connection.prepareStatement(
            "SELECT id FROM event WHERE session_key = (SELECT key FROM session WHERE id = ?)"
                + " AND type = 'user.message'")) {
      statement.setString(1, session);
      try (var rows = statement.executeQuery()) {
        while (rows.next()) {
          stored.add(rows.getString(1));
        }
      }
    } catch (SQLException e) {
      throw new IllegalStateException(e);
    }
    assertThat(stored).doesNotHaveDuplicates().containsAll(ids);
    // The last send may have been given up before its answer.
    assertThat(stored.size()).isBetween(ids.size(), ids.size() + 1);
    assertThat(new HashSet<>(ids)).hasSameSizeAs(ids);
  }

  @Test
  void stopped() throws Exception {
    underLoad(server::stopImmediately, server::start);
  }

  @Test
  void hung() throws Exception {
    underLoad(server::hang, server::resume);
  }

  @Test
  void withoutRoomForRows() throws Exception {
    underLoad(rowsDisk::fill, rowsDisk::free);
  }

  @Test
  void withoutRoomForItsLog() throws Exception {
    underLoad(
        () -> {
          logDisk.fill();
          useUpTheLog();
        },
        () -> {
          await().atMost(Duration.ofMinutes(3)).until(() -> !server.isRunning());
          logDisk.free();
          server.start();
        });
  }

  /// Goes on to the next file of the log, again and again, until there is no room for another one.
  private void useUpTheLog() {
    for (int i = 0; i < 20 && server.isRunning(); i++) {
      try (var admin = server.admin();
          var statement = admin.createStatement()) {
        statement.execute("SELECT pg_logical_emit_message(true, 'test', 'x'), pg_switch_wal()");
      } catch (SQLException _) {
        return; // it has ended
      }
    }
  }
}
