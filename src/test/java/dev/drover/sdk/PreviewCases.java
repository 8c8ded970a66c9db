package dev.drover.sdk;

import static org.assertj.core.api.Assertions.assertThat;

import com.anthropic.helpers.BetaManagedAgentsEventAccumulator;
import com.anthropic.models.beta.sessions.BetaManagedAgentsDeltaType;
import com.anthropic.models.beta.sessions.events.BetaManagedAgentsSessionEvent;
import com.anthropic.models.beta.sessions.events.BetaManagedAgentsStreamSessionEvents;
import com.anthropic.models.beta.sessions.threads.events.EventStreamParams;
import dev.drover.base.Json;
import dev.drover.testing.Script;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.Test;

/// Text as it is made, and streams that break.
abstract class PreviewCases {
  private final Rig rig;

  PreviewCases(Rig rig) {
    this.rig = rig;
  }

  @Test
  void previewsGrowIntoTheMessage() {
    var hold = new CountDownLatch(1);
    var reply = Script.reply().thinking("A secret", "sig").text("Hello", " there").hold(hold);
    try (var talk = rig.talk(reply)) {
      var texts = BetaManagedAgentsEventAccumulator.create();
      talk.say("Hi");
      var thought = talk.until(BetaManagedAgentsStreamSessionEvents::isEventStart).asEventStart();
      assertThat(thought.event().isAgentThinking()).isTrue();
      var start = talk.until(BetaManagedAgentsStreamSessionEvents::isEventStart);
      var id = start.asEventStart().event().asAgentMessage().id();
      texts.accumulate(start);
      while (!texts.agentMessageText(id).orElse("").equals("Hello there")) {
        var delta = talk.until(BetaManagedAgentsStreamSessionEvents::isEventDelta);
        assertThat(delta.asEventDelta().eventId()).isEqualTo(id);
        texts.accumulate(delta);
      }
      assertThat(talk.seen()).noneMatch(BetaManagedAgentsStreamSessionEvents::isAgentMessage);
      hold.countDown();
      var message = talk.until(BetaManagedAgentsStreamSessionEvents::isAgentMessage);
      texts.accumulate(message);
      assertThat(message.asAgentMessage().id()).isEqualTo(id);
      assertThat(texts.agentMessages()).containsOnlyKeys(id);
      assertThat(texts.agentMessageText(id)).contains("Hello there");
      talk.untilIdle();
      assertThat(talk.seen().stream().map(Witness::json))
          .noneMatch(event -> event.toString().contains("A secret"));
    } finally {
      hold.countDown();
    }
  }

  @Test
  void theThreadsStreamShowsTheSame() {
    try (var talk = rig.talk(Script.reply().text("Hello"))) {
      var thread = rig.beta.sessions().threads().list(talk.id).items().getFirst();
      var params =
          EventStreamParams.builder()
              .sessionId(talk.id)
              .threadId(thread.id())
              .addEventDelta(BetaManagedAgentsDeltaType.AGENT_MESSAGE)
              .addEventDelta(BetaManagedAgentsDeltaType.AGENT_THINKING)
              .build();
      try (var stream = rig.beta.sessions().threads().events().streamStreaming(params)) {
        talk.say("Hi");
        talk.untilIdle();
        var events = new ArrayList<Json.Obj>();
        for (var all = stream.stream().iterator(); !isIdle(events); ) {
          events.add(Witness.json(all.next()));
        }
        assertThat(compared(events))
            .isEqualTo(compared(talk.seen().stream().map(Witness::json).toList()));
      }
    }
  }

  private static boolean isIdle(List<Json.Obj> events) {
    return !events.isEmpty() && "session.status_idle".equals(events.getLast().text("type"));
  }

  /// Between nodes a preview that comes too late is left out.
  private List<Json.Obj> compared(List<Json.Obj> events) {
    return rig.drover.nodes().size() == 1
        ? events
        : events.stream()
            .filter(event -> event.get("event").isEmpty() && event.get("event_id").isEmpty())
            .toList();
  }

  /// As the vendor's guide has it: open a new stream, list what there was, then take from the
  /// stream what the list did not have.
  @Test
  void aReaderThatComesBackMissesNothingAndSeesNothingTwice() {
    var second = new CountDownLatch(1);
    var third = new CountDownLatch(1);
    rig.model.script(
        Script.reply().text("One.").toolUse("bash", Json.obj("command", "echo 1")),
        Script.reply().text("Two.").hold(second).toolUse("bash", Json.obj("command", "echo 2")),
        Script.reply().hold(third).text("Three."));
    var id = rig.session();
    var known = new LinkedHashMap<String, Json.Obj>();
    try (var whole = new Talk(rig, id)) {
      try (var cut = new Talk(rig, id)) {
        cut.say("Go");
        cut.until(
            e -> e.isEventDelta() && e.asEventDelta().delta().content().text().equals("Two."));
        cut.seen().stream().map(Witness::json).forEach(event -> note(known, event));
      }
      second.countDown();
      whole.until(e -> results(whole) == 2);
      try (var again = new Talk(rig, id)) {
        for (BetaManagedAgentsSessionEvent event : again.listed(3)) {
          note(known, Witness.json(event));
        }
        assertThat(known.values().stream().filter(PreviewCases::isResult)).hasSize(2);
        third.countDown();
        again.untilIdle();
        again.seen().stream().map(Witness::json).forEach(event -> note(known, event));
      }
      whole.untilIdle();
      var log = List.copyOf(known.values());
      assertThat(log).isEqualTo(whole.listed(1000).stream().map(Witness::json).toList());
      whole.assertListedAsStreamed();
    } finally {
      second.countDown();
      third.countDown();
    }
  }

  private static void note(Map<String, Json.Obj> known, Json.Obj event) {
    var id = event.text("id");
    if (id != null && event.text("processed_at") != null) {
      known.putIfAbsent(id, event);
    }
  }

  private static boolean isResult(Json.Obj event) {
    return "agent.tool_result".equals(event.text("type"));
  }

  private static long results(Talk talk) {
    return talk.seen().stream()
        .filter(BetaManagedAgentsStreamSessionEvents::isAgentToolResult)
        .count();
  }
}
