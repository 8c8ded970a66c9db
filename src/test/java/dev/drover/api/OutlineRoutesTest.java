package dev.drover.api;

import static org.assertj.core.api.Assertions.assertThat;

import dev.drover.base.Json;
import dev.drover.session.CallEnd;
import dev.drover.session.Emission;
import dev.drover.session.Emitted;
import dev.drover.session.Event;
import dev.drover.session.HandId;
import dev.drover.session.Lease;
import dev.drover.session.ModelUsage;
import dev.drover.session.ThreadKey;
import dev.drover.wire.Times;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// The outline of a session: short rows, and the times of calls.
final class OutlineRoutesTest {
  private final Api api = new Api();

  @AfterEach
  void stop() {
    api.close();
  }

  private static String outline(String session) {
    return session.replace("/v1/", "/drover/") + "/outline";
  }

  private Json.Obj read(String session, String query) throws Exception {
    var answer = api.get(outline(session) + query);
    assertThat(answer.status()).as("%s", answer.body()).isEqualTo(200);
    return answer.body();
  }

  private static List<Json.Obj> rows(Json.Obj outline) {
    return outline.items("data").stream().map(row -> (Json.Obj) row).toList();
  }

  private static Json.Obj row(Json.Obj outline, String type) {
    return rows(outline).stream()
        .filter(row -> type.equals(row.text("type")))
        .findFirst()
        .orElseThrow();
  }

  private Json text(String text) {
    return Json.obj("type", "text", "text", text);
  }

  private Lease started(String session) throws Exception {
    api.say(session, "Do it");
    var lease = api.woken();
    api.process(lease, 1);
    return lease;
  }

  @Test
  void eachVisibleEventHasAShortRow() throws Exception {
    var session = api.session();
    var lease = started(session);
    var start = new Event.ModelRequestStart(api.id());
    var use =
        new Event.AgentToolUse(
            api.id(), "bash", Json.obj("command", "ls -l"), Event.Permission.ALLOWED);
    var result =
        new Event.AgentToolResult(
            api.id(), use.id(), Json.arr(text("x".repeat(159) + "😀" + "y".repeat(500))), true);
    api.emit(
        lease,
        start,
        new Event.AgentMessage(api.id(), Json.arr(text("I look"))),
        use,
        new Event.ModelRequestEnd(api.id(), start.id(), false, new ModelUsage(7, 3, 0, 0)),
        new Event.ToolDispatched(api.id(), use.id(), 1, Optional.of(new HandId("hand_1"))),
        result);
    api.rest(lease);
    var outline = read(session, "");
    assertThat(outline.get("next_after")).hasValue(Json.NULL);
    assertThat(rows(outline))
        .extracting(row -> row.text("type"))
        .containsExactly(
            "session.status_running",
            "user.message",
            "agent.message",
            "span.model_request_start",
            "agent.message",
            "agent.tool_use",
            "span.model_request_end",
            "agent.tool_result",
            "session.status_idle");
    var call = row(outline, "agent.tool_use");
    assertThat(call.text("text")).isEqualTo("ls -l");
    assertThat(call.text("name")).isEqualTo("bash");
    assertThat(call.text("permission")).isEqualTo("allow");
    assertThat(call.text("request")).isEqualTo(start.id().value());
    var shown = row(outline, "agent.tool_result");
    assertThat(shown.text("text")).isEqualTo("x".repeat(159));
    assertThat(shown.text("call")).isEqualTo(use.id().value());
    assertThat(shown.get("is_error")).hasValue(Json.of(true));
    assertThat(shown.number("bytes", 0)).isGreaterThan(650);
    assertThat(shown.get("request")).isEmpty();
    assertThat(
            row(outline, "span.model_request_end").object("model_usage").number("output_tokens", 0))
        .isEqualTo(3);
    assertThat(row(outline, "session.status_idle").object("stop_reason").text("type"))
        .isEqualTo("end_turn");
    // The position is that of the log, so a whole event is one request away.
    long position = shown.number("position", 0);
    var whole =
        api.get(outline(session).replace("outline", "events?limit=1&after=") + (position - 1));
    assertThat(whole.data("id")).containsExactly(result.id().value());
  }

  @Test
  void theTimesOfParallelCallsAreTheirOwn() throws Exception {
    var session = api.session();
    var lease = started(session);
    var start = new Event.ModelRequestStart(api.id());
    var slow = new Event.AgentToolUse(api.id(), "bash", Json.EMPTY, Event.Permission.ALLOWED);
    var quick = new Event.AgentToolUse(api.id(), "read", Json.EMPTY, Event.Permission.ALLOWED);
    api.emit(
        lease,
        start,
        slow,
        quick,
        new Event.ModelRequestEnd(api.id(), start.id(), false, ModelUsage.NONE),
        new Event.ToolDispatched(api.id(), slow.id(), 1),
        new Event.ToolDispatched(api.id(), quick.id(), 1));
    var ended = Instant.now().minusSeconds(3).truncatedTo(ChronoUnit.MICROS);
    api.emit(lease, new Event.AgentToolResult(api.id(), slow.id(), Json.arr(), false));
    var entry =
        new Emission.Entry(
            ThreadKey.PRIMARY,
            new Event.AgentToolResult(api.id(), quick.id(), Json.arr(), false),
            CallEnd.hidden(ended));
    assertThat(api.store.eventLog().emitEvents(lease, new Emission(List.of(entry))))
        .isInstanceOf(Emitted.Appended.class);
    var outline = read(session, "");
    var calls = outline.items("calls").stream().map(call -> (Json.Obj) call).toList();
    assertThat(calls).extracting(call -> call.text("id")).containsExactly(id(slow), id(quick));
    assertThat(calls.get(1).text("ended_at")).isEqualTo(Times.write(ended));
    assertThat(calls.get(0).text("ended_at"))
        .isEqualTo(row(outline, "agent.tool_result").text("at"));
    assertThat(calls).allMatch(call -> call.text("began_at") != null);
    assertThat(outline.toString()).doesNotContain("ended_at_micros", "drover.tool_dispatched");
  }

  private static String id(Event event) {
    return event.id().value();
  }

  @Test
  void aLostCallSaysSoAndARunningOneHasNoEnd() throws Exception {
    var session = api.session();
    var lease = started(session);
    var use = new Event.AgentToolUse(api.id(), "glob", Json.EMPTY, Event.Permission.ALLOWED);
    api.emit(
        lease,
        use,
        new Event.ToolDispatched(api.id(), use.id(), 1),
        new Event.ToolAmbiguous(api.id(), use.id(), "glob", Event.ToolAmbiguous.Outcome.RETRIED),
        new Event.ToolDispatched(api.id(), use.id(), 2));
    var call = (Json.Obj) read(session, "").items("calls").getFirst();
    assertThat(call.number("attempts", 0)).isEqualTo(2);
    assertThat(call.text("lost")).isEqualTo("retried");
    assertThat(call.get("ended_at")).hasValue(Json.NULL);
    assertThat(call.get("is_error")).hasValue(Json.NULL);
  }

  @Test
  void pagesHaveEachEventOnceAndKnowTheRequest() throws Exception {
    var session = api.session();
    var lease = started(session);
    var start = new Event.ModelRequestStart(api.id());
    var events = new ArrayList<Event>(List.of(start));
    for (int i = 0; i < 40; i++) {
      events.add(new Event.AgentMessage(api.id(), Json.arr(text("message " + i))));
    }
    events.add(new Event.ModelRequestEnd(api.id(), start.id(), false, ModelUsage.NONE));
    api.emit(lease, events.toArray(Event[]::new));
    var whole = rows(read(session, ""));
    var paged = new ArrayList<Json.Obj>();
    var page = read(session, "?limit=7");
    paged.addAll(rows(page));
    while (page.get("next_after").filter(next -> !next.equals(Json.NULL)).isPresent()) {
      page = read(session, "?limit=7&after=" + page.number("next_after", 0));
      paged.addAll(rows(page));
    }
    assertThat(paged).containsExactlyElementsOf(whole);
    assertThat(new HashSet<>(paged)).hasSameSizeAs(paged);
  }

  @ParameterizedTest
  @ValueSource(strings = {"after=-1", "after=x", "limit=0", "limit=10001", "page=x", "after=1e3"})
  void whatIsNoPageIsRefused(String query) throws Exception {
    assertThat(api.get(outline(api.session()) + "?" + query).status()).isEqualTo(400);
  }

  @Test
  void aSessionThatIsNotThereHasNoOutline() throws Exception {
    assertThat(api.get("/drover/sessions/sesn_none1/outline").status()).isEqualTo(404);
  }
}
