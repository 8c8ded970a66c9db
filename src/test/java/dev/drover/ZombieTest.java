package dev.drover;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.drover.base.Json;
import dev.drover.base.Scope;
import dev.drover.testing.Audit;
import dev.drover.testing.DroverClient;
import dev.drover.testing.Postgres;
import dev.drover.testing.Script;
import dev.drover.testing.ScriptedMessages;
import dev.drover.testing.ServerProcess;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;

/// A node stands still for longer than it may, under load, and wakes up again: what it had in its
/// hands others have finished, and it appends nothing to that. Round after round, each node in its
/// turn. `-Dfaults.rounds=100` for more of them.
@Tag("proof")
@Timeout(600)
@Execution(ExecutionMode.CONCURRENT)
@Tag("database")
@Tag("sandbox")
final class ZombieTest {
  private static final int ROUNDS = Integer.getInteger("faults.rounds", FaultSample.ALL ? 8 : 3);

  /// Sessions of each round: half of them are asked for on either node.
  private static final int SESSIONS = 6;

  @TempDir Path directory;

  private final Postgres.Database database = Postgres.database();
  private final List<ServerProcess> nodes = new ArrayList<>();

  /// One for each node: who asks is known, though a slow machine lets a session change hands.
  private final List<ScriptedMessages> models =
      List.of(ScriptedMessages.start(), ScriptedMessages.start());

  @AfterEach
  void stop() {
    nodes.forEach(ServerProcess::close);
    models.forEach(ScriptedMessages::close);
    database.close();
  }

  @Test
  void theDeadWriteNothing() throws Exception {
    for (var model : models) {
      var name = "node" + nodes.size();
      nodes.add(ServerProcess.node(directory, name, directory.resolve(name), database, model, 500));
    }
    for (int round = 0; round < ROUNDS; round++) {
      int zombie = round % 2;
      try (var mine = NodeHere.at(nodes.get(zombie).url());
          var others = nodes.get(1 - zombie).client()) {
        models.get(1 - zombie).otherwise(_ -> Script.reply().text("alive"));
        round(nodes.get(zombie), models.get(zombie), mine, others);
      }
    }
    nodes.forEach(ServerProcess::close);
    nodes.clear();
    try (var connection = database.connect()) {
      assertThat(Audit.of(connection)).isEmpty();
    }
  }

  private void round(
      ServerProcess zombie, ScriptedMessages model, NodeHere mine, DroverClient others)
      throws Exception {
    var woken = new CountDownLatch(1);
    var sessions = new ArrayList<String>();
    for (int i = 0; i < SESSIONS; i++) {
      sessions.add(mine.client().session("scripted"));
    }
    // What it asks for before the pause comes when it is dead.
    var paused = new AtomicBoolean();
    model.otherwise(
        _ ->
            paused.get()
                ? Script.reply().text("alive")
                : Script.reply().text("zombie").hold(woken));
    int before = asked();
    for (var session : sessions) {
      mine.acknowledged(session, "Hi");
    }
    await().until(() -> asked() >= before + SESSIONS);
    try (var scope = new Scope()) {
      // Some of what comes at that moment stands still in the middle of a transaction.
      var late =
          sessions.stream()
              .map(session -> scope.fork(() -> mine.acknowledged(session, "In that moment")))
              .toList();
      paused.set(true);
      zombie.pause();
      woken.countDown(); // its answers wait at the door
      for (var session : sessions) {
        others.say(session, "Anybody there?");
        await()
            .atMost(Duration.ofSeconds(30))
            .until(
                () ->
                    DroverClient.type(others.events(session).getLast())
                        .equals("session.status_idle"));
      }
      zombie.resume();
      for (var one : late) {
        assertThat(one.join()).hasSize(1); // refused in between, where its transaction broke
      }
    }
    for (var session : sessions) {
      mine.acknowledged(session, "And now?");
      await().atMost(Duration.ofSeconds(30)).until(() -> isOver(others.events(session)));
      assertThat(others.events(session).toString()).contains("alive").doesNotContain("zombie");
      assertThat(mine.client().events(session)).isEqualTo(others.events(session));
    }
  }

  private int asked() {
    return models.stream().mapToInt(model -> model.requests().size()).sum();
  }

  private static boolean isOver(List<Json.Obj> events) {
    return FaultScenario.ofType(events, "user.message").size() == 4
        && DroverClient.type(events.getLast()).equals("session.status_idle");
  }
}
