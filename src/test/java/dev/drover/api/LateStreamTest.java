package dev.drover.api;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.drover.base.Json;
import dev.drover.session.Event;
import dev.drover.session.Lease;
import dev.drover.session.StopReason;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/// Streams that are opened a moment after a send: what they begin with.
@Timeout(60)
final class LateStreamTest {
  private static final String QUEUED = "user.message queued";
  private static final String RUNNING = "session.status_running";
  private static final String MESSAGE = "user.message";
  private static final String REPLY = "agent.message";
  private static final String IDLE = "session.status_idle";

  private Api api = Api.withGrace(Duration.ofMinutes(1));
  private String session = "";

  @BeforeEach
  void makeASession() throws Exception {
    session = api.session();
  }

  @AfterEach
  void stop() {
    api.close();
  }

  private Api.Frames open() throws Exception {
    return api.stream(session + "/events/stream");
  }

  private static String name(Api.Frames.Frame frame) {
    boolean queued = frame.data().get("processed_at").orElseThrow().equals(Json.NULL);
    return frame.event() + (queued ? " queued" : "");
  }

  private static List<String> names(Api.Frames stream, int count) throws Exception {
    var names = new ArrayList<String>();
    for (int i = 0; i < count; i++) {
      names.add(name(stream.next()));
    }
    return names;
  }

  /// One turn of one message that is received already.
  private void turn() throws Exception {
    var lease = api.woken();
    api.process(lease, 1);
    api.rest(lease);
  }

  /// The next event that a stream shows is one that is sent now.
  private void assertIsLive(Api.Frames stream) throws Exception {
    var now = api.say(session, "now");
    assertThat(stream.next().data().text("id")).isEqualTo(now);
  }

  private void assertShowsNothingFromBefore() throws Exception {
    try (var stream = open()) {
      assertIsLive(stream);
    }
  }

  @Test
  void aTurnThatIsOverAlreadyIsShownWhole() throws Exception {
    api.say(session, "hi");
    turn();
    try (var stream = open()) {
      assertThat(names(stream, 5)).containsExactly(QUEUED, RUNNING, MESSAGE, REPLY, IDLE);
      assertIsLive(stream);
    }
  }

  @Test
  void aMessageThatStillWaitsIsShownOnceQueuedAndOnceProcessed() throws Exception {
    var sent = api.say(session, "hi");
    try (var stream = open()) {
      var queued = stream.next();
      assertThat(name(queued)).isEqualTo(QUEUED);
      assertThat(queued.data().text("id")).isEqualTo(sent);
      turn();
      assertThat(names(stream, 4)).containsExactly(RUNNING, MESSAGE, REPLY, IDLE);
    }
  }

  @Test
  void aTurnThatRunsIsShownFromItsBeginningToItsEnd() throws Exception {
    api.say(session, "hi");
    var lease = api.woken();
    api.process(lease, 1);
    try (var stream = open()) {
      assertThat(names(stream, 4)).containsExactly(QUEUED, RUNNING, MESSAGE, REPLY);
      api.rest(lease);
      assertThat(names(stream, 1)).containsExactly(IDLE);
    }
  }

  @Test
  void theFirstEventsOfASessionAreASendToo() throws Exception {
    var body =
        Json.obj(
            "agent",
            api.agent(),
            "environment_id",
            api.environment(),
            "initial_events",
            List.of(
                Json.obj(
                    "type",
                    "user.message",
                    "content",
                    List.of(Json.obj("type", "text", "text", "hi")))));
    session = "/v1/sessions/" + api.post("/v1/sessions", body.toString()).text("id");
    turn();
    try (var stream = open()) {
      assertThat(names(stream, 5)).containsExactly(QUEUED, RUNNING, MESSAGE, REPLY, IDLE);
    }
  }

  @Test
  void sendsInARowAreShownInTheirTrueOrder() throws Exception {
    api.say(session, "one");
    var lease = api.woken();
    api.process(lease, 1);
    api.say(session, "two");
    api.process(lease, 1);
    api.rest(lease);
    api.say(session, "three");
    try (var stream = open()) {
      assertThat(names(stream, 10))
          .containsExactly(
              QUEUED, RUNNING, MESSAGE, REPLY, QUEUED, RUNNING, MESSAGE, REPLY, IDLE, QUEUED);
      assertIsLive(stream);
    }
  }

  @Test
  void allEventsOfOneSendAreShown() throws Exception {
    api.post(session + "/events", Api.message("one", "two", "three"));
    var lease = api.woken();
    api.process(lease, 2);
    try (var stream = open()) {
      assertThat(names(stream, 9))
          .containsExactly(
              QUEUED, QUEUED, QUEUED, RUNNING, MESSAGE, REPLY, RUNNING, MESSAGE, REPLY);
      assertIsLive(stream);
    }
  }

  /// A turn that waits for a custom tool; the id of the tool use.
  private String waitsForTool(Lease lease) {
    var use = api.id();
    api.emit(lease, new Event.AgentCustomToolUse(use, "weather", Json.EMPTY));
    api.rest(lease, new StopReason.RequiresAction(List.of(use)));
    return use.value();
  }

  private void answer(String use) throws Exception {
    var result = Json.obj("type", "user.custom_tool_result", "custom_tool_use_id", use);
    var answer = api.post(session + "/events", Json.obj("events", List.of(result)).toString());
    assertThat(answer.status()).isEqualTo(200);
  }

  @Test
  void anAnswerThatIsProcessedAtOnceIsShownOnce() throws Exception {
    api.say(session, "hi");
    var lease = api.woken();
    String use;
    try (var stream = open()) {
      api.process(lease, 1);
      use = waitsForTool(lease);
      assertThat(names(stream, 6)).endsWith("agent.custom_tool_use", IDLE);
    }
    await().until(() -> api.server.openStreams() == 0);
    answer(use);
    try (var stream = open()) {
      assertThat(names(stream, 1)).containsExactly("user.custom_tool_result");
      api.emit(api.woken(), new Event.StatusRunning(api.id()));
      assertThat(names(stream, 1)).containsExactly(RUNNING);
    }
  }

  @Test
  void everyPathOfAStreamBeginsSo() throws Exception {
    var thread = api.get(session + "/threads").data("id").getFirst();
    for (var path : List.of("/stream", "/threads/" + thread + "/stream", "/events/stream")) {
      api.say(session, path);
      try (var stream = api.stream(session + path)) {
        assertThat(names(stream, 1)).containsExactly(QUEUED);
        turn();
        assertThat(names(stream, 4)).containsExactly(RUNNING, MESSAGE, REPLY, IDLE);
      }
      await().until(() -> api.server.openStreams() == 0);
    }
  }

  @Test
  void aStreamBesideAnotherBeginsNow() throws Exception {
    try (var first = open()) {
      api.say(session, "hi");
      assertThat(names(first, 1)).containsExactly(QUEUED);
      assertShowsNothingFromBefore();
    }
  }

  @Test
  void aStreamBesideOneThatCameLateBeginsNow() throws Exception {
    api.say(session, "hi");
    try (var first = open()) {
      assertThat(names(first, 1)).containsExactly(QUEUED);
      assertShowsNothingFromBefore();
    }
  }

  @Test
  void aStreamAfterOneThatSawTheReplyBeginsNow() throws Exception {
    try (var first = open()) {
      api.say(session, "hi");
      turn();
      assertThat(names(first, 5)).endsWith(REPLY, IDLE);
    }
    await().until(() -> api.server.openStreams() == 0);
    assertShowsNothingFromBefore();
  }

  @Test
  void aStreamAfterOneThatCameLateAndSawTheReplyBeginsNow() throws Exception {
    api.say(session, "hi");
    turn();
    try (var first = open()) {
      assertThat(names(first, 5)).endsWith(REPLY, IDLE);
    }
    await().until(() -> api.server.openStreams() == 0);
    assertShowsNothingFromBefore();
  }

  @Test
  void aStreamThatWasClosedBeforeTheSendDoesNotCount() throws Exception {
    try (var first = open()) {
      api.say(session, "one");
      turn();
      assertThat(names(first, 5)).endsWith(REPLY, IDLE);
    }
    await().until(() -> api.server.openStreams() == 0);
    api.say(session, "two");
    turn();
    try (var stream = open()) {
      assertThat(names(stream, 5)).containsExactly(QUEUED, RUNNING, MESSAGE, REPLY, IDLE);
      assertIsLive(stream);
    }
  }

  @Test
  void aStreamThatWasClosedBeforeAnythingCameOfTheSendDoesNotCount() throws Exception {
    try (var first = open()) {
      api.say(session, "hi");
      assertThat(names(first, 1)).containsExactly(QUEUED);
    }
    await().until(() -> api.server.openStreams() == 0);
    turn();
    try (var stream = open()) {
      assertThat(names(stream, 5)).containsExactly(QUEUED, RUNNING, MESSAGE, REPLY, IDLE);
    }
  }

  @Test
  void whatWasSentBeforeASendThatWasSeenIsNotShown() throws Exception {
    api.say(session, "one");
    turn();
    try (var first = open()) {
      assertThat(names(first, 5)).endsWith(IDLE);
      api.say(session, "two");
      turn();
      assertThat(names(first, 5)).endsWith(IDLE);
    }
    await().until(() -> api.server.openStreams() == 0);
    api.say(session, "three");
    try (var stream = open()) {
      var shown = stream.next();
      assertThat(shown.data().toString()).contains("three");
      assertIsLive(stream);
    }
  }

  @Test
  void aSendOfLongerAgoIsNotShown() throws Exception {
    api.close();
    api = Api.withGrace(Duration.ofNanos(1));
    session = api.session();
    api.say(session, "hi");
    assertShowsNothingFromBefore();
  }

  @Test
  void withoutGraceNothingFromBeforeIsShown() throws Exception {
    api.close();
    api = Api.withGrace(Duration.ZERO);
    session = api.session();
    api.say(session, "hi");
    turn();
    assertShowsNothingFromBefore();
  }

  @Test
  void aHeadRequestIsNoStream() throws Exception {
    api.say(session, "hi");
    var head = api.request(session + "/events/stream").HEAD().build();
    assertThat(api.http.send(head, BodyHandlers.discarding()).statusCode()).isEqualTo(200);
    try (var stream = open()) {
      assertThat(names(stream, 1)).containsExactly(QUEUED);
    }
  }
}
