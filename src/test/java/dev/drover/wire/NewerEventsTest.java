package dev.drover.wire;

import static org.assertj.core.api.Assertions.assertThat;

import dev.drover.base.Json;
import dev.drover.session.Event;
import dev.drover.session.SessionError;
import dev.drover.session.StopReason;
import dev.drover.testing.TomorrowsEvents;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/// Events of a newer version, as this one reads them.
final class NewerEventsTest {
  private static Event read(String type, String fields) {
    var body = fields.isEmpty() ? "" : "," + fields;
    return EventCodec.read("{\"type\":\"%s\",\"id\":\"sevt_1\"%s}".formatted(type, body));
  }

  @ParameterizedTest
  @MethodSource("dev.drover.testing.TomorrowsEvents#byType")
  void everyVariantIsReadAsItsTypeOrAsUnknown(Map.Entry<String, List<Json.Obj>> type) {
    type.getValue().forEach(NewerEventsTest::assertIsRead);
  }

  private static void assertIsRead(Json.Obj event) {
    var read = EventCodec.read(event.toString());
    assertThat(EventCodec.type(read)).isEqualTo(event.text("type"));
    assertThat(read.id().value()).isEqualTo(event.text("id"));
    EventCodec.write(read, Instant.EPOCH);
  }

  @ParameterizedTest
  @MethodSource("dev.drover.testing.TomorrowsEvents#byType")
  void aStampLeavesAllElseAsItIs(Map.Entry<String, List<Json.Obj>> type) {
    type.getValue().forEach(NewerEventsTest::assertIsStamped);
  }

  private static void assertIsStamped(Json.Obj event) {
    var stamped = Json.trusted(EventCodec.stamped(event.toString(), Instant.EPOCH));
    assertThat(stamped).isEqualTo(event.with("processed_at", "1970-01-01T00:00:00.000000Z"));
    assertThat(Json.trusted(EventCodec.stamped(stamped.toString(), null)))
        .isEqualTo(event.with("processed_at", null));
  }

  @Test
  void everyTypeOfThisVersionIsThere() {
    var types =
        TomorrowsEvents.plain().stream().map(event -> String.valueOf(event.text("type"))).toList();
    assertThat(types).doesNotHaveDuplicates();
    for (var event : TomorrowsEvents.plain()) {
      assertThat(EventCodec.read(event.toString()))
          .as(event.toString())
          .isNotInstanceOf(Event.Unknown.class);
    }
    int records = Event.class.getPermittedSubclasses().length;
    assertThat(types).as("%d kinds", records).hasSizeGreaterThanOrEqualTo(25);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "{\"type\":\"waits_for_worker\",\"event_ids\":[\"sevt_2\"]}",
        "{\"type\":\"quota_reached\"}",
        "{\"type\":7}",
        "{}",
        "\"end_turn\"",
        "null",
      })
  void anUnknownStopReasonIsAPause(String reason) {
    for (var type : List.of("session.status_idle", "session.thread_status_idle")) {
      var event =
          read(type, "\"session_thread_id\":\"sthr_1\",\"stop_reason\":%s".formatted(reason));
      var read =
          event instanceof Event.StatusIdle idle
              ? idle.reason()
              : ((Event.ThreadIdle) event).reason();
      assertThat(read).isInstanceOf(StopReason.Other.class);
      assertThat(read.isPause()).isTrue();
    }
  }

  @Test
  void aKnownStopReasonIsReadBesideFieldsOfTomorrow() {
    var idle = "\"stop_reason\":{\"type\":\"%s\",\"event_ids\":[\"sevt_2\",7],\"more\":1}";
    assertThat(read("session.status_idle", idle.formatted("end_turn")))
        .extracting(event -> ((Event.StatusIdle) event).reason())
        .isEqualTo(new StopReason.EndTurn());
    assertThat(read("session.status_idle", idle.formatted("requires_action")))
        .extracting(event -> ((StopReason.RequiresAction) ((Event.StatusIdle) event).reason()))
        .extracting(reason -> reason.eventIds().size())
        .isEqualTo(1);
  }

  @ParameterizedTest
  @CsvSource({
    "retrying, RETRYING",
    "exhausted, EXHAUSTED",
    "terminal, TERMINAL",
    "later, EXHAUSTED",
    "RETRYING, EXHAUSTED",
  })
  void anUnknownRetryStatusStopsNobody(String name, SessionError.Retry retry) {
    var failed =
        read(
            "session.error",
            "\"error\":{\"type\":\"new_error\",\"message\":\"m\",\"retry_status\":{\"type\":\"%s\"}}"
                .formatted(name));
    assertThat(((Event.Failed) failed).error())
        .isEqualTo(new SessionError(SessionError.Type.UNKNOWN, "m", retry));
  }

  @ParameterizedTest
  @CsvSource({
    "allow, ALLOWED",
    "ask, ASKED",
    "deny, NOT_ENABLED",
    "allow_once, NOT_ENABLED",
    "'', NOT_ENABLED",
  })
  void anUnknownPermissionNeverRuns(String name, Event.Permission permission) {
    var use = "\"name\":\"bash\",\"input\":{},\"evaluated_permission\":\"%s\"".formatted(name);
    assertThat(((Event.AgentToolUse) read("agent.tool_use", use)).permission())
        .isEqualTo(permission);
  }

  @ParameterizedTest
  @ValueSource(strings = {"allow_always", "deny", "", "ALLOW"})
  void anUnknownConfirmationAllowsNothing(String result) {
    var answer = "\"tool_use_id\":\"sevt_2\",\"result\":\"%s\"".formatted(result);
    assertThat(((Event.UserToolConfirmation) read("user.tool_confirmation", answer)).allow())
        .isFalse();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "{\"type\":\"tokens\",\"max_tokens\":5}",
        "{\"type\":\"limit\",\"max_list_cost\":{\"amount\":\"1.5\",\"currency\":\"EUR\"}}",
        "7",
      })
  void anUnknownBudgetChangesNone(String budget) {
    var updated = (Event.SessionUpdated) read("session.updated", "\"budget\":" + budget);
    assertThat(updated.changesBudget()).isFalse();
    var reported = read("session.usage", "\"usage\":{},\"budget\":" + budget);
    assertThat(((Event.UsageReported) reported).budget()).isEqualTo(Optional.empty());
  }

  @Test
  void aBudgetThatIsTakenAwayIsOne() {
    var updated = (Event.SessionUpdated) read("session.updated", "\"budget\":null");
    assertThat(updated.changesBudget()).isTrue();
    assertThat(updated.budget()).isEmpty();
  }

  @Test
  void privateEventsOfTomorrowAreNotShown() {
    assertThat(read("drover.compacted", "\"from\":3").isVisible()).isFalse();
    assertThat(read("agent.mcp_tool_use", "\"name\":\"x\"").isVisible()).isTrue();
  }
}
