package dev.drover;

import static dev.drover.testing.Sequences.TEXT_TURN;
import static org.assertj.core.api.Assertions.assertThat;

import dev.drover.testing.Audit;
import dev.drover.testing.Postgres;
import dev.drover.testing.Script;
import dev.drover.testing.ScriptedMessages;
import dev.drover.testing.ServerProcess;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/// Three nodes in the middle of 200 turns, one is killed: every turn ends, once, as if nothing had
/// happened. Prints how long its sessions stood still.
@Tag("proof")
@Timeout(600)
@Tag("database")
@Tag("sandbox")
final class FailoverTest {
  private static final int SESSIONS = 200;
  private static final int NODES = 3;
  private static final int LAPSE_MS = 3_000;

  @TempDir Path directory;

  private final Postgres.Database database = Postgres.database();
  private final ScriptedMessages model = ScriptedMessages.start();
  private final List<ServerProcess> nodes = new ArrayList<>();

  @AfterEach
  void stop() {
    nodes.forEach(ServerProcess::close);
    model.close();
    database.close();
  }

  @Test
  void everyTurnEnds() throws Exception {
    for (int i = 0; i < NODES; i++) {
      var name = "node" + i;
      nodes.add(
          ServerProcess.node(directory, name, directory.resolve(name), database, model, LAPSE_MS));
    }
    var slow = new CountDownLatch(1);
    var asked = new AtomicInteger();
    model.otherwise(
        _ ->
            asked.incrementAndGet() <= SESSIONS
                ? Script.reply().text("first").hold(slow).text(" answer")
                : Script.reply().text("second answer"));
    var sessions = new ArrayList<List<String>>();
    var pattern = nodes.getLast().client();
    var one = pattern.another(pattern.session("scripted"), FaultScenario.message("Hi"));
    pattern.close();
    for (var node : nodes) {
      try (var client = node.client()) {
        var mine = new ArrayList<String>();
        for (int i = sessions.size(); i < SESSIONS; i += NODES) {
          mine.add(String.valueOf(client.post("/v1/sessions", one).text("id")));
        }
        sessions.add(mine);
      }
    }
    model.request(SESSIONS);
    var killed = Instant.now();
    nodes.getFirst().kill();
    try (var client = nodes.getLast().client()) {
      var delays = new ArrayList<Duration>();
      for (var session : sessions.getFirst()) {
        client.awaitIdle(session);
        var next = FaultScenario.ofType(client.events(session), "agent.message").getFirst();
        assertThat(next.toString()).contains("second answer");
        delays.add(
            Duration.between(killed, Instant.parse(String.valueOf(next.text("processed_at")))));
      }
      slow.countDown();
      for (var mine : sessions) {
        for (var session : mine) {
          client.awaitIdle(session);
          assertThat(client.types(session)).isEqualTo(TEXT_TURN);
        }
      }
      delays.sort(null);
      System.out.printf(
          "failover of %d of %d sessions, lapse %d ms: p50 %d ms, p95 %d ms, max %d ms%n",
          delays.size(),
          SESSIONS,
          LAPSE_MS,
          delays.get(delays.size() / 2).toMillis(),
          delays.get(delays.size() * 95 / 100).toMillis(),
          delays.getLast().toMillis());
    }
    nodes.forEach(ServerProcess::close);
    nodes.clear();
    try (var connection = database.connect()) {
      assertThat(Audit.of(connection)).isEmpty();
    }
  }
}
