package dev.drover;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.drover.base.Pause;
import dev.drover.base.Scope;
import dev.drover.testing.Audit;
import dev.drover.testing.PostgresServer;
import dev.drover.testing.Script;
import dev.drover.testing.ScriptedMessages;
import dev.drover.testing.Tmpfs;
import java.lang.management.ManagementFactory;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.api.parallel.Isolated;

/// The database goes away under load, hangs, or has no room: what was acknowledged is in it, what
/// was not was refused in time and in words, and work goes on by itself when it is back.
///
/// `-Dfaults=all` keeps it away for longer.
@Isolated("it counts the threads and the memory of the whole process")
@Tag("proof")
@Timeout(300)
@Tag("database")
@Tag("sandbox")
final class DatabaseAwayTest {
  private static final Duration AWAY = Duration.ofSeconds(FaultSample.ALL ? 30 : 8);

  private static final int CLIENTS = 8;

  /// As a client's.
  private static final Duration BACK_OFF = Duration.ofMillis(50);

  @TempDir Path directory;

  private final ScriptedMessages model = ScriptedMessages.start();

  @AfterEach
  void stop() {
    model.close();
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

  /// What the server started. The JVM makes and ends carriers of virtual threads as it likes.
  private static long threads() {
    return Thread.getAllStackTraces().keySet().stream()
        .map(Thread::getName)
        .filter(name -> !name.startsWith("ForkJoinPool") && !name.startsWith("HttpClient"))
        .count();
  }

  private static long heap() {
    System.gc();
    return ManagementFactory.getMemoryMXBean().getHeapMemoryUsage().getUsed();
  }

  private void underLoad(PostgresServer server, String options, Fault begin, Fault end)
      throws Exception {
    var told = new Told();
    model.otherwise(_ -> Script.reply().text("ok"));
    try (var node = NodeHere.start(directory.resolve("a"), server.url() + options, model, 500)) {
      for (int i = 0; i < CLIENTS; i++) {
        told.acknowledged.put(node.client().session("scripted"), new ArrayList<>());
      }
      var impatient = new Impatient(node, node.client().session("scripted"), new ArrayList<>());
      try (var scope = new Scope()) {
        told.acknowledged.forEach(
            (session, ids) ->
                scope.fork(
                    () -> {
                      send(node, session, told, ids);
                      return ids;
                    }));
        await().until(() -> told.answers.get() >= 5 * CLIENTS);
        model.forget();
        long threads = threads();
        long heap = heap();

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
            .untilAsserted(() -> assertThat(threads()).isLessThanOrEqualTo(threads + 2));
        assertThat(heap()).isLessThan(heap + (48L << 20));
      }
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
    try (var server = PostgresServer.in(directory).start()) {
      underLoad(server, "", server::stopImmediately, server::start);
    }
  }

  @Test
  void hung() throws Exception {
    try (var server = PostgresServer.in(directory).start()) {
      underLoad(server, "&socketTimeout=2", server::hang, server::resume);
    }
  }

  @Test
  void withoutRoomForRows() throws Exception {
    try (var disk = Tmpfs.mount(128);
        var server = PostgresServer.in(disk.directory()).wal(directory).start()) {
      underLoad(server, "", disk::fill, disk::free);
    }
  }

  @Test
  void withoutRoomForItsLog() throws Exception {
    try (var disk = Tmpfs.mount(64);
        var server = PostgresServer.in(directory).wal(disk.directory()).start()) {
      underLoad(
          server,
          "",
          disk::fill,
          () -> {
            await().atMost(Duration.ofMinutes(3)).until(() -> !server.isRunning());
            disk.free();
            server.start();
          });
    }
  }
}
