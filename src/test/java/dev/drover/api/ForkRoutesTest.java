package dev.drover.api;

import static org.assertj.core.api.Assertions.assertThat;

import dev.drover.base.Json;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// What the route of forks takes and answers.
final class ForkRoutesTest {
  private Api api;

  @BeforeEach
  void open() {
    api = new Api();
  }

  @AfterEach
  void close() {
    api.close();
  }

  /// A session with two turns.
  private String session() throws Exception {
    var session = api.session();
    for (int i = 0; i < 2; i++) {
      api.say(session, "message " + i);
      var lease = api.woken();
      api.process(lease, 1);
      api.rest(lease);
    }
    return session;
  }

  private static String drover(String session) {
    return session.replace("/v1/", "/drover/");
  }

  private Api.Answer fork(String session, String body) throws Exception {
    return api.post(drover(session) + "/fork", body);
  }

  private static String path(Json.Obj fork) {
    return "/v1/sessions/" + fork.object("session").text("id");
  }

  @Test
  void aForkIsASessionWithTheSameEvents() throws Exception {
    var session = session();
    api.post(session, "{\"title\":\"First\",\"metadata\":{\"a\":\"b\"}}");
    var fork = fork(session, "{}").body();
    assertThat(fork.text("type")).isEqualTo("session_fork");
    var made = fork.object("session");
    assertThat(api.get(path(fork)).body().get("usage")).isEqualTo(made.get("usage"));
    assertThat(made.text("status")).isEqualTo("idle");
    assertThat(made.text("title")).isEqualTo("First");
    assertThat(made.object("metadata")).isEqualTo(Json.obj("a", "b"));
    var own = api.get(session).body();
    assertThat(made.text("id")).isNotEqualTo(own.text("id"));
    assertThat(made.get("agent")).isEqualTo(own.get("agent"));
    assertThat(api.get(path(fork) + "/events").body().get("data"))
        .isEqualTo(api.get(session + "/events").body().get("data"));
    var origin = Json.obj("session_id", own.text("id"), "position", 9);
    assertThat(fork.object("forked_from")).isEqualTo(origin);
    assertThat(api.get(drover(path(fork))).body().object("forked_from")).isEqualTo(origin);
    assertThat(api.get(drover(session)).body().get("forked_from")).hasValue(Json.NULL);
    assertThat(fork.object("workspace"))
        .isEqualTo(
            Json.obj(
                "source",
                "none",
                "position",
                null,
                "taken_at",
                null,
                "reason",
                "The session had no files in its sandbox."));
    assertThat(api.woken).isEmpty();
    api.say(path(fork), "and now?");
    assertThat(api.woken().session().value()).isEqualTo(made.text("id"));
  }

  @Test
  void aForkBeginsAtAnEarlierEventWithAnotherTitleAndModel() throws Exception {
    var session = session();
    var events = api.get(session + "/events").body().items("data");
    var idle = ((Json.Obj) events.get(3)).text("id");
    var body = Json.obj("at", idle, "title", null, "model", "rehearsal-2", "workspace", "none");
    var fork = fork(session, body.toString()).body();
    assertThat(fork.object("session").get("title")).hasValue(Json.NULL);
    assertThat(fork.object("session").object("agent").object("model").text("id"))
        .isEqualTo("rehearsal-2");
    assertThat(fork.object("forked_from").number("position", 0)).isEqualTo(4);
    assertThat(api.get(path(fork) + "/events").body().items("data"))
        .isEqualTo(events.subList(0, 4));
    var next = ((Json.Obj) events.get(5)).text("id");
    assertThat(fork(session, Json.obj("at", next).toString()).error())
        .isEqualTo(
            ("invalid_request_error: at: a request, a call or a message is open at event %s. The"
                    + " nearest earlier place where nothing is open is position 4 (event %s)")
                .formatted(next, idle));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "{\"at\":99} | at: the log of the session does not have position 99",
        "{\"at\":-1} | at: must be an integer from 0 to 9223372036854775807",
        "{\"at\":true} | at: must be a string",
        "{\"at\":\"sevt_none\"} | at: the log of the session does not have event sevt_none",
        "{\"workspace\":\"all\"} | workspace: must be \"snapshot\" or \"none\"",
        "{\"title\":7} | title: must be a string",
        "{\"model\":\"other\"} | model: no server for \"other\"; set DROVER_ANTHROPIC_API_KEY",
        "{\"profile\":\"other\"} | metadata.drover.profile: there is no profile \"other\" to"
            + " choose; the profiles are claude, default, rehearsal",
        "{\"profile\":7} | profile: must be a string",
        "{\"workspaces\":\"none\"} | workspaces: unknown field",
      })
  void aBadForkMakesNoSession(String body, String message) throws Exception {
    var session = api.session();
    var answer = fork(session, body);
    assertThat(answer.status()).isEqualTo(400);
    assertThat(answer.error()).isEqualTo("invalid_request_error: " + message);
    assertThat(api.get("/v1/sessions").data("id")).hasSize(1);
  }

  @Test
  void aForkHasAnotherProfile() throws Exception {
    var session = session();
    api.post(session, "{\"metadata\":{\"a\":\"b\",\"drover.profile\":\"default\"}}");
    var fork = fork(session, "{\"profile\":\"claude@1\",\"at\":0}").body();
    assertThat(fork.object("session").object("metadata"))
        .isEqualTo(Json.obj("a", "b", "drover.profile", "claude@1"));
    assertThat(api.get(drover(path(fork)) + "/context").body().object("profile").text("name"))
        .isEqualTo("claude");
    var usual = fork(session, "{\"profile\":null}").body();
    assertThat(usual.object("session").object("metadata")).isEqualTo(Json.obj("a", "b"));
    assertThat(
            fork(session, "{}").body().object("session").object("metadata").text("drover.profile"))
        .isEqualTo("default");
  }

  @Test
  void aSessionThatIsNotThereIsNotForked() throws Exception {
    assertThat(api.post("/drover/sessions/sesn_none/fork", "{}").status()).isEqualTo(404);
  }

  @Test
  void aForkIsMadeOnlyOfWhatANewSessionCouldHave() throws Exception {
    var session = session();
    var environment = api.get(session).body().text("environment_id");
    assertThat(api.post("/v1/environments/" + environment + "/archive", "").status())
        .isEqualTo(200);
    assertThat(fork(session, "{}").error())
        .isEqualTo("invalid_request_error: Environment " + environment + " is archived.");
  }
}
