package dev.drover.api;

import static org.assertj.core.api.Assertions.assertThat;

import dev.drover.base.Json;
import dev.drover.session.Emission;
import dev.drover.session.Event;
import dev.drover.session.Lease;
import dev.drover.session.ModelUsage;
import dev.drover.session.SessionId;
import dev.drover.session.Slice;
import dev.drover.session.ThreadKey;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// What the routes show of a context, and the request for a new chapter.
final class ContextRoutesTest {
  private static final String FILE = "/mnt/session/tool_outputs/sevt_1.txt";

  private Api api;
  private String session;

  @BeforeEach
  void open() throws Exception {
    api = new Api();
    session = api.session();
  }

  @AfterEach
  void close() {
    api.close();
  }

  private String drover() {
    return session.replace("/v1/", "/drover/");
  }

  private Json.Obj context() throws Exception {
    var answer = api.get(drover() + "/context");
    assertThat(answer.status()).as(answer.body().toString()).isEqualTo(200);
    return answer.body();
  }

  private static Json.Obj part(Json.Obj context, String... names) {
    var part = context;
    for (var name : names) {
      part =
          part.items("parts").stream()
              .map(Json.Obj.class::cast)
              .filter(one -> name.equals(one.text("name")))
              .findFirst()
              .orElseThrow();
    }
    return part;
  }

  private static Json.Arr text(String text) {
    return Json.arr(Json.obj("type", "text", "text", text));
  }

  private void emit(Lease lease, Event event, Json.@Nullable Obj hidden) {
    var entry = new Emission.Entry(ThreadKey.PRIMARY, event, hidden);
    api.store.eventLog().emitEvents(lease, new Emission(List.of(entry)));
  }

  /// A request whose reply calls a tool with this result.
  private void round(Lease lease, String output) {
    var start = new Event.ModelRequestStart(api.id());
    emit(lease, start, null);
    var use =
        new Event.AgentToolUse(
            api.id(), "bash", Json.obj("command", "make"), Event.Permission.ALLOWED);
    emit(lease, use, null);
    var content =
        Json.arr(
            Json.obj("type", "thinking", "thinking", "hm", "signature", "s"),
            Json.obj("type", "tool_use", "id", "t", "name", "bash", "input", use.input()));
    emit(
        lease,
        new Event.ModelRequestEnd(api.id(), start.id(), false, ModelUsage.NONE),
        Json.obj(
            "content",
            content,
            "stop_reason",
            "tool_use",
            "tool_uses",
            Json.arr(use.id().value())));
    emit(lease, new Event.AgentToolResult(api.id(), use.id(), text(output), false), null);
  }

  /// A session that works: a message, three rounds, and another message that waits.
  private Lease worked() throws Exception {
    api.say(session, "hello");
    var lease = api.woken();
    emit(lease, new Event.StatusRunning(api.id()), null);
    emit(lease, api.store.eventLog().inbox(lease.session()).queued().getFirst().event(), null);
    api.say(session, "and now?");
    for (int i = 0; i < 3; i++) {
      round(lease, "a word ".repeat(400) + "(" + FILE + ")");
    }
    return lease;
  }

  private List<Long> starts() {
    var id = new SessionId(session.substring("/v1/sessions/".length()));
    var starts = new ArrayList<Long>();
    for (var stored : api.store.eventLog().getEvents(id, Slice.after(0, 100))) {
      if (stored.event() instanceof Event.ModelRequestStart) {
        starts.add(stored.position());
      }
    }
    return starts;
  }

  @Test
  void theWholeLogIsChapterNought() throws Exception {
    worked();
    var context = context();
    assertThat(context.object("chapter"))
        .isEqualTo(Json.obj("number", 0, "kind", null, "cause", null, "began_at", null));
    assertThat(context.object("profile").text("name")).isEqualTo("rehearsal");
    assertThat(context.text("next_profile")).isEqualTo("rehearsal@1");
    assertThat(context.object("profile").object("settings").text("strategy")).isEqualTo("full");
    assertThat(part(context, "rounds").number("count", 0)).isEqualTo(3);
    assertThat(part(context, "rounds", "messages").number("count", 0)).isEqualTo(1);
    assertThat(part(context, "rounds", "results").number("count", 0)).isEqualTo(3);
    assertThat(part(context, "rounds", "results").number("characters", 0))
        .isGreaterThan(3 * 7 * 400);
    assertThat(part(context, "pending").number("count", 0)).isEqualTo(1);
    assertThat(part(context, "opening").items("content")).isEmpty();
    long sum = 0;
    for (var name : List.of("system", "tools", "opening", "rounds")) {
      sum += part(context, name).number("tokens", 0);
    }
    assertThat(context.object("gauge").number("tokens", 0)).isBetween(sum - 5, sum + 5);
    assertThat(context.object("gauge").number("context_tokens", 0)).isEqualTo(200_000);
    var largest = (Json.Obj) context.items("largest").getFirst();
    assertThat(largest.text("kind")).isEqualTo("result");
    assertThat(context.object("left_out").get("before_position")).hasValue(Json.NULL);
    assertThat(context.object("left_out").number("shortened_results", -1)).isZero();
  }

  @Test
  void aChapterShowsWhatIsLeftOutAndWhereItIs() throws Exception {
    var lease = worked();
    var opened =
        new Event.ContextOpened(
            api.id(),
            2,
            Event.ContextOpened.Kind.ROLLING,
            Event.ContextOpened.Cause.THRESHOLD,
            starts().get(1),
            Json.arr(Json.obj("role", "user", "content", text("What was before."))),
            900,
            new Event.ContextOpened.Sizes(9_000, 3_000, 50_000, 120));
    emit(lease, opened, null);
    var context = context();
    assertThat(context.object("chapter").number("number", 0)).isEqualTo(2);
    assertThat(context.object("chapter").text("kind")).isEqualTo("rolling");
    assertThat(context.object("gauge").number("factor_percent", 0)).isEqualTo(120);
    assertThat(context.object("gauge").number("context_tokens", 0)).isEqualTo(50_000);
    assertThat(part(context, "opening").items("content").toString()).contains("What was before.");
    assertThat(part(context, "rounds").number("count", 0)).isEqualTo(2);
    var leftOut = context.object("left_out");
    assertThat(leftOut.number("before_position", 0)).isEqualTo(opened.from());
    assertThat(leftOut.get("model_reads_with")).hasValue(Json.NULL);
    assertThat(leftOut.number("shortened_results", 0)).isEqualTo(2);
    var newest = (Json.Obj) leftOut.items("newest_shortened_results").getFirst();
    assertThat(newest.number("characters", 0)).isGreaterThan(2_800);
    assertThat(newest.number("sent_characters", 0)).isBetween(850L, 1_000L);
    assertThat(newest.text("file")).isEqualTo(FILE);
    var before = api.get(Objects.requireNonNull(leftOut.text("events_url")));
    assertThat(before.data("type")).contains("agent.tool_result").doesNotContain("drover.context");
    assertThat(context.toString()).doesNotContain("\"hm\"");
  }

  @Test
  void aNewChapterIsAskedForOnce() throws Exception {
    var asked = api.post(drover() + "/compact", "{}");
    assertThat(asked.body())
        .isEqualTo(
            Json.obj(
                "type",
                "session_compaction",
                "session_id",
                session.substring("/v1/sessions/".length()),
                "requested_at",
                1,
                "instructions",
                null));
    assertThat(api.post(drover() + "/compact", "{\"instructions\":null}").body())
        .isEqualTo(asked.body());
    assertThat(context().number("compaction_requested_at", 0)).isEqualTo(1);
    assertThat(api.get(session + "/events").body().items("data")).isEmpty();
    assertThat(api.woken).isEmpty();
    assertThat(api.post(session + "/archive").status()).isEqualTo(200);
    assertThat(api.get(drover() + "/context").status()).isEqualTo(200);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "{\"instructions\":\"Keep it.\"} | instructions: profile rehearsal@1 has the strategy full,"
            + " which makes no summary that could follow them",
        "{\"instructions\":7} | instructions: must be a string",
        "{\"instruction\":\"x\"} | instruction: unknown field",
      })
  void aBadRequestAsksForNothing(String body, String message) throws Exception {
    var answer = api.post(drover() + "/compact", body);
    assertThat(answer.status()).isEqualTo(400);
    assertThat(answer.error()).isEqualTo("invalid_request_error: " + message);
    assertThat(context().get("compaction_requested_at")).hasValue(Json.NULL);
  }

  @Test
  void aSessionThatIsNotThereOrOverIsRefused() throws Exception {
    assertThat(api.get("/drover/sessions/sesn_none/context").status()).isEqualTo(404);
    assertThat(api.post("/drover/sessions/sesn_none/compact", "{}").status()).isEqualTo(404);
    assertThat(api.get(drover() + "/context?part=system").status()).isEqualTo(400);
    api.post(session + "/archive");
    assertThat(api.post(drover() + "/compact", "{}").error())
        .isEqualTo("invalid_request_error: session has been archived");
  }

  @Test
  void anAgentNamesTheProfileOfItsSessions() throws Exception {
    var wrong = "{\"metadata\":{\"drover.profile\":\"none\"}}";
    var agent = "/v1/agents/" + api.agent();
    for (var body : List.of(wrong, wrong.replace("none", "claude@7"), wrong.replace("none", "!"))) {
      var answer = api.post(agent, ((Json.Obj) Json.trusted(body)).with("version", 1).toString());
      assertThat(answer.status()).isEqualTo(400);
      assertThat(answer.error()).startsWith("invalid_request_error: metadata.drover.profile: ");
    }
    var named =
        Json.obj(
            "name",
            "Named",
            "model",
            "rehearsal",
            "metadata",
            Json.obj("drover.profile", "claude"));
    assertThat(api.post("/v1/agents", named.toString().replace("\"claude\"", "\"none\"")).error())
        .isEqualTo(
            "invalid_request_error: metadata.drover.profile: there is no profile \"none\" to"
                + " choose; the profiles are claude, default, rehearsal");
    var made = api.post("/v1/agents", named.toString()).body().text("id");
    var body = Json.obj("agent", made, "environment_id", api.environment());
    var its = api.post("/v1/sessions", body.toString()).body().text("id");
    assertThat(api.get("/drover/sessions/" + its + "/context").body().text("next_profile"))
        .isEqualTo("claude@1");
    api.post("/v1/sessions/" + its, "{\"metadata\":{\"drover.profile\":\"default\"}}");
    assertThat(api.get("/drover/sessions/" + its + "/context").body().text("next_profile"))
        .isEqualTo("default@1");
  }

  @Test
  void aProfileIsCheckedWhenASessionIsMadeAndWhenItIsChanged() throws Exception {
    var wrong = "{\"metadata\":{\"drover.profile\":\"none\"}}";
    assertThat(api.post(session, wrong).error())
        .isEqualTo(
            "invalid_request_error: metadata.drover.profile: there is no profile \"none\" to"
                + " choose; the profiles are claude, default, rehearsal");
    var made =
        Json.obj(
            "agent",
            api.agent(),
            "environment_id",
            api.environment(),
            "metadata",
            Json.obj("drover.profile", "claude@7"));
    assertThat(api.post("/v1/sessions", made.toString()).error())
        .contains("metadata.drover.profile: profile claude has version 1, not 7");
    assertThat(api.post(session, "{\"metadata\":{\"drover.profile\":\"claude@1\"}}").status())
        .isEqualTo(200);
    assertThat(context().text("next_profile")).isEqualTo("claude@1");
    assertThat(api.post(session, "{\"title\":\"t\"}").status()).isEqualTo(200);
    assertThat(api.post(session, "{\"metadata\":{\"drover.profile\":null}}").status())
        .isEqualTo(200);
    assertThat(context().text("next_profile")).isEqualTo("rehearsal@1");
  }
}
