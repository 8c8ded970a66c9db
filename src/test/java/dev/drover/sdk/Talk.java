package dev.drover.sdk;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.anthropic.core.JsonValue;
import com.anthropic.core.http.StreamResponse;
import com.anthropic.models.beta.sessions.BetaManagedAgentsDeltaType;
import com.anthropic.models.beta.sessions.events.BetaManagedAgentsSendSessionEvents;
import com.anthropic.models.beta.sessions.events.BetaManagedAgentsSessionEvent;
import com.anthropic.models.beta.sessions.events.BetaManagedAgentsSessionStatusIdleEvent;
import com.anthropic.models.beta.sessions.events.BetaManagedAgentsStreamSessionEvents;
import com.anthropic.models.beta.sessions.events.BetaManagedAgentsUserCustomToolResultEventParams;
import com.anthropic.models.beta.sessions.events.BetaManagedAgentsUserInterruptEventParams;
import com.anthropic.models.beta.sessions.events.BetaManagedAgentsUserMessageEventParams;
import com.anthropic.models.beta.sessions.events.BetaManagedAgentsUserToolConfirmationEventParams;
import com.anthropic.models.beta.sessions.events.EventListParams;
import com.anthropic.models.beta.sessions.events.EventSendParams;
import com.anthropic.models.beta.sessions.events.EventStreamParams;
import dev.drover.base.Json;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/// One session with an open stream, by one thread.
final class Talk implements AutoCloseable {
  final String id;
  private final Rig rig;
  private final StreamResponse<BetaManagedAgentsStreamSessionEvents> stream;
  private final Iterator<BetaManagedAgentsStreamSessionEvents> events;
  private final List<BetaManagedAgentsStreamSessionEvents> seen = new ArrayList<>();
  private final int askedBefore;
  private int told;

  @SuppressWarnings("MustBeClosed") // it is, with this
  Talk(Rig rig, String id) {
    this.rig = rig;
    this.id = id;
    askedBefore = rig.model.requests().size();
    stream =
        rig.beta
            .sessions()
            .events()
            .streamStreaming(
                EventStreamParams.builder()
                    .sessionId(id)
                    .addEventDelta(BetaManagedAgentsDeltaType.AGENT_MESSAGE)
                    .addEventDelta(BetaManagedAgentsDeltaType.AGENT_THINKING)
                    .build());
    events = stream.stream().iterator();
  }

  /// Waits for an event that fits.
  BetaManagedAgentsStreamSessionEvents until(Predicate<BetaManagedAgentsStreamSessionEvents> fits) {
    while (events.hasNext()) {
      var event = events.next();
      seen.add(event);
      if (fits.test(event)) {
        return event;
      }
    }
    throw new AssertionError("the stream ended after " + seen);
  }

  /// Waits until the model's server has the first request of this talk. A preview would not do:
  /// those of another node can be lost.
  void untilAsked() {
    until(BetaManagedAgentsStreamSessionEvents::isSpanModelRequestStart);
    await().until(() -> rig.model.requests().size() > askedBefore);
  }

  BetaManagedAgentsSessionStatusIdleEvent untilIdle() {
    return until(BetaManagedAgentsStreamSessionEvents::isSessionStatusIdle).asSessionStatusIdle();
  }

  /// The tool uses that an idle session waits for.
  List<String> waitsFor() {
    return untilIdle().stopReason().asRequiresAction().eventIds();
  }

  /// Everything that was read so far.
  List<BetaManagedAgentsStreamSessionEvents> seen() {
    return seen;
  }

  /// The last event read that fits.
  BetaManagedAgentsStreamSessionEvents last(Predicate<BetaManagedAgentsStreamSessionEvents> fits) {
    return seen.reversed().stream().filter(fits).findFirst().orElseThrow();
  }

  /// The types of the processed events that were read since the last call of this.
  List<String> news() {
    var types = types(seen.subList(told, seen.size()));
    told = seen.size();
    return types;
  }

  /// The types of the events that are in the log.
  static List<String> types(List<?> events) {
    return events.stream()
        .map(Witness::json)
        .filter(event -> event.text("processed_at") != null)
        .map(event -> String.valueOf(event.text("type")))
        .toList();
  }

  /// Everything that the list shows, over pages of `limit`.
  List<BetaManagedAgentsSessionEvent> listed(int limit) {
    return rig
        .beta
        .sessions()
        .events()
        .list(EventListParams.builder().sessionId(id).limit(limit).build())
        .autoPager()
        .stream()
        .map(rig.witness::valid)
        .toList();
  }

  /// The list shows what the stream showed, previews and queued events aside.
  void assertListedAsStreamed() {
    assertThat(listed(1000).stream().map(Witness::json).toList())
        .isEqualTo(logged(seen.stream().map(Witness::json).toList()));
  }

  private static List<Json.Obj> logged(List<Json.Obj> events) {
    return events.stream().filter(event -> event.text("processed_at") != null).toList();
  }

  BetaManagedAgentsSendSessionEvents say(String text) {
    return send(EventSendParams.builder().addEvent(message(text)));
  }

  BetaManagedAgentsSendSessionEvents interrupt() {
    return send(
        EventSendParams.builder()
            .addEvent(
                BetaManagedAgentsUserInterruptEventParams.builder()
                    .type(JsonValue.from("user.interrupt"))
                    .build()));
  }

  BetaManagedAgentsSendSessionEvents allow(String toolUse) {
    return confirm(toolUse, BetaManagedAgentsUserToolConfirmationEventParams.Result.ALLOW, null);
  }

  BetaManagedAgentsSendSessionEvents deny(String toolUse, String why) {
    return confirm(toolUse, BetaManagedAgentsUserToolConfirmationEventParams.Result.DENY, why);
  }

  private BetaManagedAgentsSendSessionEvents confirm(
      String toolUse,
      BetaManagedAgentsUserToolConfirmationEventParams.Result result,
      @Nullable String why) {
    var confirmation =
        BetaManagedAgentsUserToolConfirmationEventParams.builder()
            .type(JsonValue.from("user.tool_confirmation"))
            .toolUseId(toolUse)
            .result(result);
    if (why != null) {
      confirmation.denyMessage(why);
    }
    return send(EventSendParams.builder().addEvent(confirmation.build()));
  }

  static BetaManagedAgentsUserCustomToolResultEventParams.Builder result(String toolUse) {
    return BetaManagedAgentsUserCustomToolResultEventParams.builder()
        .type(JsonValue.from("user.custom_tool_result"))
        .customToolUseId(toolUse);
  }

  BetaManagedAgentsSendSessionEvents send(EventSendParams.Builder events) {
    return rig.beta.sessions().events().send(events.sessionId(id).build());
  }

  static BetaManagedAgentsUserMessageEventParams message(String text) {
    return BetaManagedAgentsUserMessageEventParams.builder()
        .type(JsonValue.from("user.message"))
        .addTextContent(text)
        .build();
  }

  @Override
  public void close() {
    stream.close();
  }
}
