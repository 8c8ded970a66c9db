package dev.drover.api;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.drover.base.Json;
import dev.drover.session.Event;
import dev.drover.session.EventId;
import dev.drover.session.Feed;
import dev.drover.session.Feed.Item;
import dev.drover.session.ModelUsage;
import dev.drover.session.SessionId;
import dev.drover.session.ThreadKey;
import dev.drover.wire.EventCodec;
import java.io.ByteArrayOutputStream;
import java.lang.reflect.Field;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/// Event streams. Nothing sleeps here: a test waits for frames.
@Timeout(60)
final class StreamTest {
  private Api api = new Api();
  private String session = "";

  @BeforeEach
  void makeASession() throws Exception {
    session = api.session();
  }

  @AfterEach
  void stop() {
    api.close();
  }

  private void restart(Duration ping) throws Exception {
    api.close();
    api = new Api(ping);
    session = api.session();
  }

  private SessionId id() {
    return new SessionId(session.substring("/v1/sessions/".length()));
  }

  @Test
  void headersArriveBeforeAnyEvent() throws Exception {
    try (var stream = api.stream(session + "/events/stream")) {
      assertThat(stream.response.statusCode()).isEqualTo(200);
      var headers = stream.response.headers();
      assertThat(headers.firstValue("content-type")).hasValue("text/event-stream; charset=utf-8");
      assertThat(headers.firstValue("request-id").orElse("")).startsWith("req_");
      assertThat(headers.firstValue("anthropic-organization-id")).hasValue("drover");
      assertThat(api.server.openStreams()).isEqualTo(1);
    }
  }

  @Test
  void aMessageIsSeenQueuedThenProcessed() throws Exception {
    try (var stream = api.stream(session + "/events/stream")) {
      var sent = api.say(session, "grüße 𝄞");
      var queued = stream.next();
      assertThat(queued.event()).isEqualTo("user.message");
      assertThat(queued.data().text("id")).isEqualTo(sent);
      assertThat(queued.data().get("processed_at")).hasValue(Json.NULL);
      assertThat(queued.data().toString()).contains("grüße 𝄞");
      api.process(api.woken(), 1);
      assertThat(stream.next().event()).isEqualTo("session.status_running");
      var processed = stream.next();
      assertThat(processed.data().text("id")).isEqualTo(sent);
      assertThat(processed.data().text("processed_at")).endsWith("Z");
      assertThat(stream.next().event()).isEqualTo("agent.message");
      assertThat(api.get(session + "/events").body().items("data").get(1))
          .isEqualTo(processed.data());
    }
  }

  @Test
  void nothingFromBeforeIsReplayed() throws Exception {
    api.say(session, "before");
    try (var stream = api.stream(session + "/events/stream")) {
      var after = api.say(session, "after");
      assertThat(stream.next().data().text("id")).isEqualTo(after);
    }
  }

  @Test
  void theThreadStreamShowsTheSameEvents() throws Exception {
    var thread = api.get(session + "/threads").data("id").getFirst();
    try (var stream = api.stream(session + "/threads/" + thread + "/stream")) {
      var sent = api.say(session, "hi");
      assertThat(stream.next().data().text("id")).isEqualTo(sent);
    }
    assertThat(api.get(session + "/threads/sthr_01no/stream").status()).isEqualTo(404);
    assertThat(api.get(session + "/threads/x/stream").status()).isEqualTo(400);
  }

  @Test
  void aStreamShowsTheEventsOfItsThreadAlone() throws Exception {
    var thread = api.get(session + "/threads").data("id").getFirst();
    for (var path : List.of("/events/stream", "/threads/" + thread + "/stream")) {
      try (var stream = api.stream(session + path)) {
        var type = "agent.message";
        var child = new Item.Shown(api.id(), ThreadKey.of(1), type, "{\"n\":1}");
        publish(child, new Item.Shown(api.id(), ThreadKey.PRIMARY, type, "{\"n\":2}"));
        assertThat(stream.next().data().number("n", -1)).as(path).isEqualTo(2);
      }
    }
  }

  private void publish(Item... items) {
    api.feed.publish(id(), List.of(items));
  }

  private Item shown(Event event) {
    return new Item.Shown(
        event.id(), ThreadKey.PRIMARY, EventCodec.type(event), EventCodec.write(event, null));
  }

  private static Item text(String json) {
    return new Item.Shown(new EventId("sevt_1"), ThreadKey.PRIMARY, "agent.message", json);
  }

  private Item message(EventId id) {
    return shown(new Event.AgentMessage(id, Json.arr()));
  }

  @Test
  void previewsComeOnlyWhereTheyAreAskedFor() throws Exception {
    var id = api.id();
    try (var plain = api.stream(session + "/events/stream");
        var thinking = api.stream(session + "/events/stream?event_deltas%5B%5D=agent.thinking");
        var both =
            api.stream(
                session
                    + "/events/stream?event_deltas%5B%5D=agent.thinking"
                    + "&event_deltas%5B%5D=agent.message")) {
      var thought = api.id();
      publish(
          shown(new Event.ModelRequestStart(api.id())),
          new Item.PreviewStart("agent.thinking", thought),
          shown(new Event.AgentThinking(thought)),
          new Item.PreviewStart("agent.message", id),
          new Item.PreviewText("agent.message", id, 0, "Hel"),
          new Item.PreviewText("agent.message", id, 0, "lo"),
          message(id),
          shown(new Event.StatusTerminated(api.id())));
      assertThat(plain.types(5))
          .containsExactly(
              "span.model_request_start",
              "agent.thinking",
              "agent.message",
              "session.status_terminated",
              "end");
      assertThat(thinking.types(6))
          .containsExactly(
              "span.model_request_start",
              "event_start",
              "agent.thinking",
              "agent.message",
              "session.status_terminated",
              "end");
      assertThat(both.types(3))
          .containsExactly("span.model_request_start", "event_start", "agent.thinking");
      assertThat(both.next().data())
          .hasToString(
              "{\"type\":\"event_start\",\"event\":{\"type\":\"agent.message\",\"id\":\""
                  + id
                  + "\"}}");
      assertThat(both.next().data())
          .hasToString(
              "{\"type\":\"event_delta\",\"event_id\":\""
                  + id
                  + "\",\"delta\":{\"type\":\"content_delta\",\"index\":0,\"content\":{\"type\":"
                  + "\"text\",\"text\":\"Hel\"}}}");
      assertThat(both.types(4))
          .containsExactly("event_delta", "agent.message", "session.status_terminated", "end");
    }
  }

  @Test
  void aPreviewIsSeenFromItsStartOrNotAtAll() throws Exception {
    var first = api.id();
    var second = api.id();
    var third = api.id();
    try (var stream = api.stream(session + "/events/stream?event_deltas=agent.message")) {
      publish(
          new Item.PreviewText("agent.message", first, 0, "began before"),
          new Item.PreviewStart("agent.message", second),
          new Item.PreviewStart("agent.message", second),
          new Item.PreviewText("agent.message", second, 1, "a gap"),
          new Item.PreviewText("agent.message", second, 0, "a"),
          new Item.PreviewText("agent.message", second, 1, "b"),
          message(second),
          new Item.PreviewText("agent.message", second, 1, "too late"),
          new Item.PreviewStart("agent.message", third),
          shown(new Event.ModelRequestEnd(api.id(), api.id(), true, ModelUsage.NONE)),
          new Item.PreviewText("agent.message", third, 0, "too late"),
          shown(new Event.StatusTerminated(api.id())));
      assertThat(stream.types(8))
          .containsExactly(
              "event_start",
              "event_delta",
              "event_delta",
              "agent.message",
              "event_start",
              "span.model_request_end",
              "session.status_terminated",
              "end");
    }
  }

  @Test
  void aSilentStreamIsPinged() throws Exception {
    restart(Duration.ofMillis(50));
    try (var stream = api.stream(session + "/events/stream")) {
      assertThat(stream.next()).isEqualTo(new Api.Frames.Frame("ping", Json.obj("type", "ping")));
      assertThat(stream.next().event()).isEqualTo("ping");
    }
  }

  @Test
  void deletingTheSessionEndsItsStreams() throws Exception {
    try (var one = api.stream(session + "/events/stream");
        var two = api.stream(session + "/events/stream")) {
      api.delete(session);
      assertThat(one.types(2)).containsExactly("session.deleted", "end");
      assertThat(two.types(2)).containsExactly("session.deleted", "end");
    }
    assertNothingIsLeft();
  }

  @Test
  void archivingTheSessionEndsItsStreams() throws Exception {
    try (var stream = api.stream(session + "/events/stream")) {
      api.post(session + "/archive");
      assertThat(stream.types(2)).containsExactly("session.status_terminated", "end");
    }
    try (var late = api.stream(session + "/events/stream")) {
      assertThat(late.types(2)).containsExactly("session.status_terminated", "end");
    }
    assertNothingIsLeft();
  }

  @Test
  void aConnectionServesAnotherRequestAfterAStream() throws Exception {
    try (var socket = new Socket(InetAddress.getLoopbackAddress(), api.server.port())) {
      socket.setSoTimeout(10_000);
      var head = " HTTP/1.1\r\nHost: a\r\nX-Api-Key: " + Api.KEY + "\r\n\r\n";
      var out = socket.getOutputStream();
      out.write(("GET " + session + "/events/stream" + head).getBytes(StandardCharsets.US_ASCII));
      await().until(() -> api.server.openStreams() == 1);
      api.post(session + "/archive");
      await().until(() -> api.server.openStreams() == 0);
      out.write(("GET /health" + head).getBytes(StandardCharsets.US_ASCII));
      var seen = new StringBuilder();
      var in = socket.getInputStream();
      while (seen.indexOf("{\"status\":\"ok\"}") < 0) {
        int next = in.read();
        assertThat(next).isNotNegative();
        seen.append((char) next);
      }
      assertThat(seen)
          .contains("event: session.status_terminated")
          .contains("0\r\n\r\nHTTP/1.1 200");
    }
  }

  @Test
  void stoppingTheServerEndsStreamsCleanly() throws Exception {
    try (var stream = api.stream(session + "/events/stream")) {
      var sent = api.say(session, "hi");
      api.server.close();
      assertThat(stream.next().data().text("id")).isEqualTo(sent);
      assertThat(stream.poll()).isNull();
    }
  }

  @Test
  void aStreamThatIsToldToEndWritesWhatWaitsForItsReader() throws Exception {
    var feed = new Feed();
    var session = new SessionId("sesn_01stream");
    var written = new ByteArrayOutputStream();
    try (var subscription = feed.subscribe(session)) {
      var stream =
          new EventStream(
              subscription,
              ThreadKey.PRIMARY,
              new Previews(Set.of()),
              FrameNames.TYPE,
              Duration.ofMinutes(1),
              () -> true);
      feed.publish(session, List.of(message(api.id()), message(api.id())));
      stream.end();
      stream.run(written, Optional.empty());
    }
    assertThat(written.toString(StandardCharsets.UTF_8).split("event: agent.message", -1))
        .hasSize(3);
  }

  @Test
  void aReaderThatIsTooSlowIsCutAfterWhatItHas() throws Exception {
    restart(Duration.ofMillis(200));
    try (var socket = new Socket(InetAddress.getLoopbackAddress(), api.server.port())) {
      socket.setReceiveBufferSize(4_096);
      socket
          .getOutputStream()
          .write(
              ("GET "
                      + session
                      + "/events/stream HTTP/1.1\r\nHost: a\r\nX-Api-Key: "
                      + Api.KEY
                      + "\r\n\r\n")
                  .getBytes(StandardCharsets.US_ASCII));
      await().until(() -> api.server.openStreams() == 1);
      var big = text("{\"x\":\"" + "a".repeat(20_000) + "\"}");
      var items = new ArrayList<Item>();
      for (int i = 0; i < 2 * Feed.LISTENER_LIMIT; i++) {
        items.add(big);
      }
      api.feed.publish(id(), items);
      // It reads nothing: the blocked write is broken by the watch.
      await().until(() -> api.server.openStreams() == 0);
    }
    assertNothingIsLeft();
  }

  @Test
  void aReaderThatFellBehindGetsWhatWasKeptAndThenTheEnd() throws Exception {
    try (var stream = api.stream(session + "/events/stream")) {
      var items = new ArrayList<Item>();
      for (int i = 0; i < 20 * Feed.LISTENER_LIMIT; i++) {
        items.add(text("{\"n\":" + i + "}"));
      }
      api.feed.publish(id(), items);
      int n = 0;
      for (var frame = stream.poll(); frame != null; frame = stream.poll()) {
        assertThat(frame.data().number("n", -1)).isEqualTo(n++);
      }
      assertThat(n).isBetween(Feed.LISTENER_LIMIT, items.size() - 1);
    }
    assertNothingIsLeft();
  }

  @Test
  void aBigEventArrivesWhole() throws Exception {
    try (var stream = api.stream(session + "/events/stream")) {
      var text = "x𝄞".repeat(300_000);
      var sent = api.post(session + "/events", Api.message(text));
      assertThat(sent.status()).isEqualTo(200);
      assertThat(stream.next().data()).isEqualTo(sent.body().items("data").getFirst());
    }
  }

  @Test
  void twoHundredStreamsLeaveNothingBehind() throws Exception {
    restart(Duration.ofMillis(100));
    var streams = new ArrayList<Api.Frames>();
    for (int i = 0; i < 200; i++) {
      streams.add(api.stream(session + "/events/stream"));
    }
    assertThat(api.server.openStreams()).isEqualTo(200);
    var sent = api.say(session, "hi");
    for (var stream : streams) {
      var frame = stream.next();
      while (frame.event().equals("ping")) {
        frame = stream.next();
      }
      assertThat(frame.data().text("id")).isEqualTo(sent);
    }
    for (var stream : streams) {
      stream.close();
    }
    api.http.shutdownNow();
    await().until(() -> api.server.openStreams() == 0);
    assertNothingIsLeft();
  }

  /// Neither the server nor the feed holds anything of a stream.
  private void assertNothingIsLeft() throws Exception {
    await().until(() -> api.server.openStreams() == 0);
    Field listeners = Feed.class.getDeclaredField("listeners");
    listeners.setAccessible(true);
    await().untilAsserted(() -> assertThat((Map<?, ?>) listeners.get(api.feed)).isEmpty());
  }
}
