package dev.drover.api;

import static org.assertj.core.api.Assertions.assertThat;

import dev.drover.base.Json;
import dev.drover.session.Event;
import dev.drover.session.Feed;
import dev.drover.session.SessionId;
import dev.drover.session.ThreadKey;
import dev.drover.wire.EventCodec;
import java.net.http.HttpResponse.BodyHandlers;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// The names of a stream's frames, by how the client names itself.
@Timeout(60)
final class FrameNamesTest {
  private static Api api;
  private static String session;

  @BeforeAll
  static void start() throws Exception {
    api = new Api();
    session = api.session();
  }

  @AfterAll
  static void stop() {
    api.close();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      nullValues = "-",
      value = {
        "Anthropic/JS 0.86.0 | js | 0.86.0 | message",
        "Anthropic/JS 0.86.1 | - | - | message",
        "Anthropic/JS 0.87.0 | js | 0.87.0 | message",
        "Anthropic/JS 0.88.0 | - | - | message",
        "MyClient/JS 0.88.0 | - | - | message",
        "Mozilla/5.0 (X11) | js | 0.87.0 | message",
        "- | js | 0.86.1 | message",
        "Anthropic/JS 0.85.0 | js | 0.85.0 | agent.message",
        "Anthropic/JS 0.89.0 | js | 0.89.0 | agent.message",
        "Anthropic/JS 0.9.0 | - | - | agent.message",
        "Anthropic/JS 1.14.0 | js | 1.14.0 | agent.message",
        "Anthropic/JS 10.87.0 | js | 10.87.0 | agent.message",
        "Anthropic/Python 0.87.0 | python | 0.87.0 | agent.message",
        "- | python | 0.87.0 | agent.message",
        "- | java | 0.88.0 | agent.message",
        "curl/8.5.0 | - | - | agent.message",
        "- | - | - | agent.message",
      })
  void anOldTypeScriptSdkGetsTheNameThatItReads(
      String agent, String language, String version, String name) throws Exception {
    var request = api.request(session + "/events/stream?event_deltas%5B%5D=agent.message");
    if (agent != null) {
      request.setHeader("User-Agent", agent);
    }
    if (language != null) {
      request.header("X-Stainless-Lang", language).header("X-Stainless-Package-Version", version);
    }
    try (var stream =
        new Api.Frames(api.http.send(request.build(), BodyHandlers.ofInputStream()))) {
      var id = api.id();
      var event = new Event.AgentMessage(id, Json.arr());
      api.feed.publish(
          new SessionId(session.substring("/v1/sessions/".length())),
          List.of(
              new Feed.Item.PreviewStart("agent.message", id),
              new Feed.Item.PreviewText("agent.message", id, 0, "a"),
              new Feed.Item.Shown(
                  event.id(),
                  ThreadKey.PRIMARY,
                  EventCodec.type(event),
                  EventCodec.write(event, null))));
      boolean old = name.equals("message");
      assertThat(stream.types(3))
          .containsExactly(old ? name : "event_start", old ? name : "event_delta", name);
    }
  }
}
