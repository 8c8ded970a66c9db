package dev.drover;

import static dev.drover.testing.Sequences.TEXT_TURN;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.drover.base.Json;
import dev.drover.testing.Audit;
import dev.drover.testing.FaultProxy;
import dev.drover.testing.Postgres;
import dev.drover.testing.Script;
import dev.drover.testing.ScriptedMessages;
import java.nio.file.Path;
import java.sql.SQLException;
import java.time.Duration;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// The database has committed and its answer gets lost: whatever was written is there once, and the
/// work goes on.
@Timeout(120)
@Execution(ExecutionMode.CONCURRENT)
@Tag("database")
@Tag("sandbox")
final class LostCommitTest {
  /// So long that no node says that it lives, and commits that, while a test runs.
  private static final int QUIET = 600_000;

  @TempDir Path data;

  private final Postgres.Database database = Postgres.database();
  private final ScriptedMessages model = ScriptedMessages.start();

  @AfterEach
  void stop() throws Exception {
    try (var connection = database.connect()) {
      assertThat(Audit.of(connection)).isEmpty();
    }
    model.close();
    database.close();
  }

  private NodeHere node(FaultProxy proxy, int lapse) throws InterruptedException {
    model.otherwise(_ -> Script.reply().text("ok"));
    var node = NodeHere.start(data, proxy.jdbcUrl(), model, lapse);
    await().until(this::hasDoneItsFirstJobs); // whose commits must not be the ones that are lost
    return node;
  }

  private boolean hasDoneItsFirstJobs() throws SQLException {
    return number("SELECT count(*) FROM job WHERE state = 'owed'") == 0
        && number("SELECT count(*) FROM job WHERE kind IN ('sweep_blobs', 'expire_files')") == 2;
  }

  private static void awaitTurn(NodeHere node, String session) {
    await()
        .atMost(Duration.ofSeconds(30))
        .until(() -> node.count(session, "session.status_idle") == 1);
    assertThat(node.client().types(session)).isEqualTo(TEXT_TURN);
  }

  @Test
  void aMessageIsReceivedOnce() throws Exception {
    try (var proxy = FaultProxy.postgres(database.url());
        var node = node(proxy, 2_000)) {
      // Now and then it is another commit that is lost: that this node lives.
      for (int tries = 0; ; tries++) {
        var session = node.client().session("scripted");
        proxy.loseAnswer("COMMIT of an INSERT", 1);
        var first = node.say(session, "Hi");
        await().until(() -> proxy.lost() > 0);
        if (!first.isOk()) {
          assertThat(first).matches(NodeHere.Answer::isRefusal);
          var again = node.say(session, "Hi", 1);
          assertThat(again.isOk()).isTrue();
          // The claim that was committed with it is this node's, which does not know: it finds it.
          awaitTurn(node, session);
          assertThat(node.client().events(session).toString()).contains(again.ids().getFirst());
          return;
        }
        assertThat(tries).isLessThan(20);
      }
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {2, 3, 4})
  void whatABrainAppendsIsThereOnce(int nth) throws Exception {
    try (var proxy = FaultProxy.postgres(database.url());
        var node = node(proxy, QUIET)) {
      var session = node.client().session("scripted");
      proxy.loseAnswer("COMMIT of an INSERT", nth);
      assertThat(node.say(session, "Hi").isOk()).isTrue();
      awaitTurn(node, session);
      // A turn has three commits: the receipt's, the opening's, the ending's.
      assertThat(proxy.lost()).isEqualTo(nth <= 3 ? 1 : 0);
    }
  }

  /// A client whose creation got no answer makes another session. Neither is there twice, and the
  /// one that nobody knows of comes to its end.
  @Test
  void aSessionIsMadeOnce() throws Exception {
    try (var proxy = FaultProxy.postgres(database.url());
        var node = node(proxy, QUIET)) {
      var pattern = node.client().session("scripted");
      var body = node.client().another(pattern, FaultScenario.message("Hi"));
      proxy.loseAnswer("COMMIT of an INSERT", 1);
      var first = node.post("/v1/sessions", body, 0);
      assertThat(proxy.lost()).isOne();
      assertThat(first).matches(NodeHere.Answer::isRefusal);
      assertThat(sessions()).isEqualTo(2);
      assertThat(node.post("/v1/sessions", body, 1).isOk()).isTrue();
      assertThat(sessions()).isEqualTo(3);
    }
    try (var proxy = FaultProxy.postgres(database.url());
        var node = NodeHere.start(data, proxy.jdbcUrl(), model, 500)) {
      for (var session : node.client().get("/v1/sessions").items("data")) {
        var id = String.valueOf(((Json.Obj) session).text("id"));
        if ("running".equals(node.client().get("/v1/sessions/" + id).text("status"))
            || !node.client().events(id).isEmpty()) {
          awaitTurn(node, id);
        }
      }
    }
  }

  private int sessions() throws SQLException {
    return number("SELECT count(*) FROM session");
  }

  private int number(String query) throws SQLException {
    try (var connection = database.connect();
        var rows = connection.createStatement().executeQuery(query)) {
      rows.next();
      return rows.getInt(1);
    }
  }
}
