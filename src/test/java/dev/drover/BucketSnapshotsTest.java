package dev.drover;

import static dev.drover.SessionTurns.withoutNote;
import static dev.drover.TwoDataDirectoriesTest.MANIFEST;
import static dev.drover.TwoDataDirectoriesTest.MANY;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.drover.base.Scope;
import dev.drover.testing.Postgres;
import dev.drover.testing.S3Server;
import dev.drover.testing.ScriptedMessages;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.SQLException;
import java.time.Duration;
import java.util.HashMap;
import java.util.UUID;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestReporter;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/// Two nodes over one PostgreSQL and one bucket, as on two hosts that share no disk: the files of
/// sessions follow them as snapshots.
@Timeout(300)
@Tag("database")
@Tag("sandbox")
final class BucketSnapshotsTest {
  /// Directories of a hundred files each, a megabyte together.
  private static final int DIRECTORIES = FaultSample.ALL ? 100 : 25;

  /// A large workspace, and what [TwoDataDirectoriesTest] has.
  private static final String LARGE =
      MANY
          + """

          cd /workspace && mkdir many && for d in $(seq %d); do mkdir many/$d \
          && head -c 740000 /dev/urandom | base64 | split -b 10000 -a 2 -d - many/$d/f; done; cd\
          """
              .formatted(DIRECTORIES);

  /// The manifest is too long for one result.
  private static final String SUMMARY =
      "{ " + MANIFEST + "; } > /tmp/m; sha256sum < /tmp/m; wc -l < /tmp/m";

  private final String prefix = UUID.randomUUID() + "/";

  @TempDir private Path directory;

  private final Postgres.Database database = Postgres.database();
  private final ScriptedMessages model = ScriptedMessages.start();
  private final SessionTurns turns = new SessionTurns(model, "sk-test-key");
  private static S3Server server;
  private Drover a;
  private Drover b;

  private Drover node(String name) throws InterruptedException {
    var flags = new HashMap<String, String>();
    flags.put("data", directory.resolve(name).toString());
    flags.put("port", "0");
    flags.put("anthropic.base_url", model.uri().toString());
    flags.put("anthropic.api_key", "sk-model");
    flags.put("api_key", "sk-test-key");
    flags.put("nodes.lapse_ms", "60000"); // no node is dead because the machine is busy
    flags.put("snapshots.after_ms", "86400000");
    flags.put("drain_ms", "120000"); // a busy machine takes its time for a hundred megabytes
    flags.put("database_url", database.url());
    return new Drover(Config.read(flags, server.environment(prefix)));
  }

  /// One for all tests, each of which has names of its own in the bucket.
  @BeforeAll
  static void serve(@TempDir Path shared) throws Exception {
    server = S3Server.in(shared);
  }

  @AfterAll
  static void end() throws IOException {
    server.close();
  }

  @BeforeEach
  void start() throws Exception {
    server.startAgain();
    a = node("a");
    b = node("b");
  }

  @AfterEach
  void stop() throws Exception {
    a.close();
    b.close();
    model.close();
    database.close();
  }

  @Test
  void theFilesOfASessionFollowItWithoutASharedDisk() throws Exception {
    var session = turns.session(a);
    turns.run(a, session, MANY);
    var there = turns.run(a, session, MANIFEST);
    assertThat(there).contains("hole", "random", "out.txt", "mine");
    assertThat(withoutNote(turns.run(b, session, MANIFEST))).isEqualTo(there);
    assertThat(directory.resolve("a/blobs")).doesNotExist();
    assertThat(directory.resolve("b/blobs")).doesNotExist();
  }

  @Test
  @Tag("proof")
  void aLargeWorkspaceComesBackByteForByte(TestReporter reporter) throws Exception {
    var session = turns.session(a);
    turns.run(a, session, LARGE);
    var there = turns.run(a, session, SUMMARY);
    assertThat(Integer.parseInt(there.lines().toList().getLast()))
        .isGreaterThan(2 * 99 * DIRECTORIES);
    long start = System.nanoTime();
    a.drain();
    long taken = System.nanoTime();
    a.close();
    long asked = System.nanoTime();
    assertThat(withoutNote(turns.run(b, session, "echo restored"))).isEqualTo("restored");
    long restored = System.nanoTime();
    assertThat(turns.run(b, session, SUMMARY)).isEqualTo(there);
    reporter.publishEntry("snapshot at the stop of a node, ms", millis(start, taken));
    reporter.publishEntry("restored at another node, with its turn, ms", millis(asked, restored));
  }

  private static String millis(long from, long to) {
    return Long.toString((to - from) / 1_000_000);
  }

  private boolean hasFailed() throws SQLException {
    try (var connection = database.connect();
        var statement = connection.createStatement();
        var rows =
            statement.executeQuery(
                "SELECT COUNT(*) FROM job WHERE kind = 'take_snapshot' AND last_error IS NOT"
                    + " NULL")) {
      return rows.next() && rows.getInt(1) > 0;
    }
  }

  @Test
  void aSnapshotWaitsForTheBucketAndNothingIsLost() throws Exception {
    var session = turns.session(a);
    turns.run(a, session, "echo first > file");
    server.stopImmediately();
    try (var scope = new Scope()) {
      var result = scope.fork(() -> turns.run(b, session, "cat file"));
      await().atMost(Duration.ofMinutes(1)).until(this::hasFailed);
      server.start();
      var first = result.join();
      var text = first.startsWith("The files") ? turns.run(b, session, "cat file") : first;
      assertThat(text).contains("restored from a snapshot").doesNotContain("later command");
      assertThat(withoutNote(text)).isEqualTo("first");
    }
  }

  @Test
  void aRestoreWaitsForTheBucketAndNothingIsLost() throws Exception {
    var session = turns.session(a);
    turns.run(a, session, "echo first > file");
    a.drain();
    a.close();
    server.stopImmediately();
    assertThat(turns.run(b, session, "cat file"))
        .startsWith("The files of this session could not be restored: The blob store does not");
    server.start();
    await()
        .atMost(Duration.ofMinutes(1))
        .untilAsserted(
            () -> assertThat(withoutNote(turns.run(b, session, "cat file"))).isEqualTo("first"));
    assertThat(Files.exists(directory.resolve("b/blobs"))).isFalse();
  }
}
