package dev.drover;

import static dev.drover.testing.Sequences.TEXT_TURN;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.drover.base.Json;
import dev.drover.testing.DroverClient;
import dev.drover.testing.Postgres;
import dev.drover.testing.Script;
import dev.drover.testing.ScriptedMessages;
import dev.drover.testing.ServerProcess;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/// Two nodes over one PostgreSQL, in processes of their own. A test that ends one leaves it to the
/// next to start another.
@Timeout(120)
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@Tag("database")
@Tag("sandbox")
final class NodesTest {
  private Path directory;

  private final Postgres.Database database = Postgres.database();
  private final ScriptedMessages model = ScriptedMessages.start();
  private ServerProcess a;
  private ServerProcess b;
  private DroverClient onA;
  private DroverClient onB;

  private boolean begun;

  @BeforeAll
  void startBoth(@TempDir Path temporary) throws Exception {
    directory = temporary;
    a = node("a");
    b = node("b");
    onA = a.client();
    onB = b.client();
    begun = true;
  }

  @BeforeEach
  void startAgain() throws Exception {
    if (!a.isAlive()) {
      onA.close();
      a = node("a");
      onA = a.client();
    }
    for (var client : List.of(onA, onB)) {
      await()
          .ignoreExceptions() // one that has just been resumed
          .until(() -> client.get("/drover/nodes").items("data").size() == 2);
    }
  }

  /// Leaves no session and no script to the next test.
  @AfterEach
  void forget() {
    for (var one : onB.get("/v1/sessions?limit=100").items("data")) {
      onB.delete("/v1/sessions/" + ((Json.Obj) one).text("id"));
    }
    model.unscript();
    model.forget();
  }

  private ServerProcess node(String name) throws Exception {
    return ServerProcess.node(directory, name, directory.resolve("data"), database, model, 1_000);
  }

  @AfterAll
  void stop() {
    if (begun) {
      onA.close();
      onB.close();
      a.close();
      b.close();
    }
    model.close();
    database.close();
  }

  @Test
  void aStreamOnOneNodeShowsWhatAnotherRuns() throws Exception {
    model.script(Script.reply().text("Hel", "lo"));
    var session = onA.session("scripted");
    try (var here = onA.stream(session, "");
        var there = onB.stream(session, "?event_deltas[]=agent.message")) {
      onA.say(session, "Hi");
      here.until("session.status_idle");
      there.until("session.status_idle");
      assertThat(there.types()).containsSubsequence(TEXT_TURN);
      assertThat(
              there.taken().stream()
                  .filter(event -> !DroverClient.type(event).startsWith("event_"))
                  .toList())
          .isEqualTo(here.taken());
      assertThat(there.taken().getFirst())
          .satisfies(
              event -> {
                assertThat(DroverClient.type(event)).isEqualTo("user.message");
                assertThat(event.text("processed_at")).isNull();
              });
    }
    assertThat(onB.types(session)).isEqualTo(onA.types(session)).isEqualTo(TEXT_TURN);
  }

  @Test
  void aMessageAndAnInterruptReachTheBrainWhereverTheyAreSent() throws Exception {
    var never = new CountDownLatch(1);
    model.script(Script.reply().text("half").hold(never), Script.reply().text("again"));
    var session = onA.session("scripted");
    onA.say(session, "Hi");
    model.request(1);
    onB.interrupt(session);
    onB.awaitIdle(session);
    assertThat(onB.types(session)).contains("user.interrupt").doesNotContain("agent.message");
    onB.say(session, "Again");
    await().until(() -> onA.types(session).contains("agent.message"));
  }

  @Test
  void aKilledNodesTurnGoesOnElsewhere() throws Exception {
    var never = new CountDownLatch(1);
    model.script(Script.reply().text("half").hold(never), Script.reply().text("whole"));
    var session = onA.session("scripted");
    try (var stream = onB.stream(session, "")) {
      onA.say(session, "Hi");
      model.request(1);
      a.kill();
      stream.until("session.status_idle");
      assertThat(stream.types()).containsExactlyElementsOf(TEXT_TURN);
    }
    assertThat(onB.types(session)).isEqualTo(TEXT_TURN);
    assertThat(onB.ids(session)).doesNotHaveDuplicates();
  }

  @Test
  void aNodeThatIsStoppedHandsItsTurnsOver() throws Exception {
    var never = new CountDownLatch(1);
    model.script(Script.reply().text("half").hold(never), Script.reply().text("whole"));
    var session = onA.session("scripted");
    onA.say(session, "Hi");
    model.request(1);
    assertThat(a.stop()).isZero();
    onB.awaitIdle(session);
    assertThat(onB.types(session)).isEqualTo(TEXT_TURN);
    assertThat(onB.ids(session)).doesNotHaveDuplicates();
  }

  @Test
  void aNodePausedPastItsLapseAppendsNothingWhenItWakes() throws Exception {
    var first = new CountDownLatch(1);
    model.script(Script.reply().text("zombie").hold(first), Script.reply().text("alive"));
    var session = onA.session("scripted");
    onA.say(session, "Hi");
    model.request(1);
    a.pause();
    first.countDown(); // its answer waits at the door of the paused node
    onB.awaitIdle(session);
    a.resume();
    onA.say(session, "Still there?");
    await()
        .until(
            () -> onB.types(session).stream().filter("session.status_idle"::equals).count() == 2);
    assertThat(onB.events(session).toString()).contains("alive").doesNotContain("zombie");
    assertThat(onB.types(session).subList(0, TEXT_TURN.size())).isEqualTo(TEXT_TURN);
    assertThat(onB.ids(session)).doesNotHaveDuplicates();
  }

  @Test
  void bothNodesShowBothAndWhyASessionDoesNotMove() throws Exception {
    var never = new CountDownLatch(1);
    model.script(Script.reply().text("half").hold(never), Script.reply().text("whole"));
    var session = onA.session("scripted");
    onA.say(session, "Hi");
    model.request(1);
    for (var client : List.of(onA, onB)) {
      await().until(() -> client.get("/drover/nodes").items("data").size() == 2);
      assertThat(client.get("/drover/nodes").items("data"))
          .filteredOn(node -> ((Json.Obj) node).get("self").equals(Optional.of(Json.of(true))))
          .hasSize(1);
      await()
          .until(
              () ->
                  "model_request".equals(standing(client, session).object("reason").text("type")));
      assertThat(standing(client, session).object("holder").get("self"))
          .hasValue(Json.of(client == onA));
      assertThat(client.get("/drover/sessions").items("data"))
          .singleElement()
          .satisfies(one -> assertThat(((Json.Obj) one).text("id")).isEqualTo(session));
    }
    a.pause();
    onB.awaitIdle(session);
    assertThat(onB.get("/drover/nodes").items("data")).hasSize(1);
    assertThat(standing(onB, session).object("reason").text("type")).isEqualTo("at_rest");
    a.resume();
  }

  private static Json.Obj standing(DroverClient client, String session) {
    return client.get("/drover/sessions/" + session);
  }

  @Test
  void aHandIsPassedOnWithItsShell() throws Exception {
    model.script(
        Script.reply().toolUse("bash", Json.obj("command", "cd /tmp; herd=sheep")),
        Script.reply().text("done"),
        Script.reply().toolUse("bash", Json.obj("command", "pwd; echo $herd")),
        Script.reply().text("done"));
    var session = onA.session("scripted");
    onA.say(session, "Begin");
    onB.awaitIdle(session);
    onB.say(session, "Go on");
    await()
        .until(
            () -> onA.types(session).stream().filter("session.status_idle"::equals).count() == 2);
    assertThat(onA.events(session).toString()).contains("/tmp\\nsheep");
  }

  @Test
  void whatOneNodeDeletesEndsTheStreamsOfOthers() throws Exception {
    var session = onA.session("scripted");
    try (var stream = onB.stream(session, "")) {
      onA.delete("/v1/sessions/" + session);
      stream.until("session.deleted");
    }
  }
}
