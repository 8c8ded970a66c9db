package dev.drover.api;

import static org.assertj.core.api.Assertions.assertThat;

import dev.drover.base.Json;
import dev.drover.session.Event;
import dev.drover.session.ThreadId;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/// What each route answers, key for key.
final class RoutesTest {
  private static final String TIME = "\\d{4}-\\d\\d-\\d\\dT\\d\\d:\\d\\d:\\d\\d\\.\\d{6}Z";
  private static final String MODEL = "\"model\":{\"id\":\"rehearsal\",\"speed\":\"standard\"}";
  private static final String TOOLS =
      "\"tools\":[{\"type\":\"agent_toolset_20260401\",\"default_config\":{\"enabled\":true,"
          + "\"permission_policy\":{\"type\":\"always_allow\"}},\"configs\":[]}]";

  private final Api api = new Api();

  @AfterEach
  void stop() {
    api.close();
  }

  /// The answer's text with its times as `T`.
  private static String shape(Json json) {
    return json.toString()
        .replaceAll(TIME, "T")
        .replaceAll("_seconds\":[0-9.Ee-]+", "_seconds\":S");
  }

  @Test
  void anAgentIsShownWithEveryKey() throws Exception {
    var made =
        api.post(
            "/v1/agents",
            "{\"name\":\"Coder\",\"model\":\"rehearsal\","
                + "\"tools\":[{\"type\":\"agent_toolset_20260401\"}],\"metadata\":{\"a\":\"b\"}}");
    assertThat(made.status()).isEqualTo(200);
    assertThat(shape(made.body()))
        .isEqualTo(
            "{\"id\":\""
                + made.text("id")
                + "\",\"type\":\"agent\",\"name\":\"Coder\",\"description\":null,"
                + MODEL
                + ",\"system\":null,"
                + TOOLS
                + ",\"mcp_servers\":[],\"skills\":[],\"execution_identity\":{\"type\":"
                + "\"service_account\"},\"multiagent\":null,\"metadata\":{\"a\":\"b\"},"
                + "\"version\":1,\"created_at\":\"T\",\"updated_at\":\"T\",\"archived_at\":null}");
    assertThat(api.get("/v1/agents/" + made.text("id")).body()).isEqualTo(made.body());
    assertThat(api.get("/v1/agents/" + made.text("id") + "?version=1&beta=true").body())
        .isEqualTo(made.body());
  }

  @Test
  void agentsAreListedNewestFirstPageByPage() throws Exception {
    var first = api.agent();
    var second = api.agent();
    var third = api.agent();
    var page = api.get("/v1/agents?limit=2");
    assertThat(page.data("id")).containsExactly(third, second);
    var rest = api.get("/v1/agents?limit=2&page=" + page.text("next_page"));
    assertThat(rest.data("id")).containsExactly(first);
    assertThat(rest.body().fields()).containsOnlyKeys("data", "next_page");
    assertThat(rest.body().get("next_page")).hasValue(Json.NULL);
  }

  @Test
  void anEnvironmentIsShownWithEveryKey() throws Exception {
    var made =
        api.post(
            "/v1/environments",
            "{\"name\":\"default\",\"config\":{\"type\":\"cloud\",\"networking\":{\"type\":"
                + "\"limited\",\"allowed_hosts\":[\"api.example.com\"]}},\"scope\":null}");
    assertThat(made.status()).isEqualTo(200);
    assertThat(shape(made.body()))
        .isEqualTo(
            "{\"id\":\""
                + made.text("id")
                + "\",\"type\":\"environment\",\"state\":\"active\",\"name\":\"default\","
                + "\"description\":null,\"config\":{\"type\":\"cloud\",\"networking\":{\"type\":"
                + "\"limited\",\"allowed_hosts\":[\"api.example.com\"],\"allow_mcp_servers\":false,"
                + "\"allow_package_managers\":false},\"packages\":{\"type\":\"packages\",\"apt\":[],"
                + "\"cargo\":[],\"gem\":[],\"go\":[],\"npm\":[],\"pip\":[]}},\"metadata\":{},"
                + "\"scope\":\"organization\",\"created_at\":\"T\",\"updated_at\":\"T\","
                + "\"archived_at\":null}");
    assertThat(api.get("/v1/environments/" + made.text("id")).body()).isEqualTo(made.body());
    assertThat(api.get("/v1/environments").data("id")).containsExactly(made.text("id"));
  }

  @Test
  void aSessionIsShownWithEveryKey() throws Exception {
    var agent = api.agent();
    var environment = api.environment();
    var body =
        Json.obj(
            "agent",
            Json.obj("type", "agent", "id", agent, "version", 1),
            "environment_id",
            environment,
            "title",
            "t",
            "resources",
            List.of(),
            "vault_ids",
            List.of(),
            "initial_events",
            List.of());
    var made = api.post("/v1/sessions", body.toString());
    assertThat(made.status()).isEqualTo(200);
    assertThat(shape(made.body()))
        .isEqualTo(
            "{\"id\":\""
                + made.text("id")
                + "\",\"type\":\"session\",\"status\":\"idle\",\"environment_id\":\""
                + environment
                + "\",\"title\":\"t\",\"metadata\":{},\"agent\":{\"id\":\""
                + agent
                + "\",\"type\":\"agent\",\"version\":1,\"name\":\"Coder\",\"description\":null,"
                + MODEL
                + ",\"system\":null,\"tools\":[],\"mcp_servers\":[],\"skills\":[],"
                + "\"execution_identity\":{\"type\":\"service_account\"},\"multiagent\":null},"
                + "\"resources\":[],\"vault_ids\":[],\"budget\":null,\"usage\":{\"input_tokens\":0,"
                + "\"output_tokens\":0,\"cache_read_input_tokens\":0,\"cache_creation\":{"
                + "\"ephemeral_5m_input_tokens\":0,\"ephemeral_1h_input_tokens\":0},"
                + "\"active_seconds\":S,\"server_tool_use\":{\"web_search_requests\":0,"
                + "\"web_fetch_requests\":0},\"list_cost\":{\"amount\":\"0\",\"currency\":\"USD\"}},\"stats\":{\"active_seconds\":S,"
                + "\"duration_seconds\":S},\"outcome_evaluations\":[],\"deployment_id\":null,"
                + "\"created_at\":\"T\",\"updated_at\":\"T\",\"archived_at\":null}");
    var path = "/v1/sessions/" + made.text("id");
    assertThat(shape(api.get(path).body())).isEqualTo(shape(made.body()));
    assertThat(api.get(path + "/resources").body())
        .isEqualTo(Json.obj("data", List.of(), "next_page", null));
  }

  @Test
  void sessionsAreListedInBothOrders() throws Exception {
    var first = api.session().substring("/v1/sessions/".length());
    var second = api.session().substring("/v1/sessions/".length());
    var page = api.get("/v1/sessions?limit=1&statuses[]=idle&statuses[]=running");
    assertThat(page.data("id")).containsExactly(second);
    assertThat(page.body().get("prev_page")).hasValue(Json.NULL);
    var next = page.text("next_page");
    var older = api.get("/v1/sessions?limit=1&page=" + next);
    assertThat(older.data("id")).containsExactly(first);
    assertThat(older.body().get("next_page")).hasValue(Json.NULL);
    var back = api.get("/v1/sessions?limit=1&page=" + older.text("prev_page"));
    assertThat(back.body().toString().replaceAll("_seconds\":[0-9.Ee-]+", ""))
        .isEqualTo(page.body().toString().replaceAll("_seconds\":[0-9.Ee-]+", ""));
    assertThat(api.get("/v1/sessions?order=asc").data("id")).containsExactly(first, second);
    assertThat(api.get("/v1/sessions?order=asc&page=" + next).error())
        .isEqualTo("invalid_request_error: page token order does not match request");
    assertThat(api.get("/v1/sessions?statuses=terminated").data("id")).isEmpty();
  }

  @Test
  void sessionsAreFoundByAgentAndTime() throws Exception {
    api.session();
    var session = api.session();
    var id = session.substring("/v1/sessions/".length());
    var agent = api.get(session).body().object("agent").text("id");
    var at = api.get(session).text("created_at");
    for (var query :
        List.of(
            "agent_id=" + agent,
            "agent_id=" + agent + "&agent_version=1",
            "agent_id=" + agent + "&created_at%5Bgte%5D=" + at + "&created_at%5Blte%5D=" + at)) {
      assertThat(api.get("/v1/sessions?" + query).data("id")).containsExactly(id);
    }
    for (var query :
        List.of(
            "agent_id=agent_01no",
            "agent_id=" + agent + "&agent_version=2",
            "created_at%5Bgt%5D=" + at,
            "agent_id=" + agent + "&created_at%5Blt%5D=" + at)) {
      assertThat(api.get("/v1/sessions?" + query).data("id")).isEmpty();
    }
  }

  @Test
  void anArchivedSessionIsTerminatedAndKeepsItsHistory() throws Exception {
    var session = api.session();
    var archived = api.post(session + "/archive");
    assertThat(archived.status()).isEqualTo(200);
    assertThat(archived.text("status")).isEqualTo("terminated");
    assertThat(archived.text("archived_at")).matches(TIME);
    assertThat(api.post(session + "/archive").text("archived_at"))
        .isEqualTo(archived.text("archived_at"));
    assertThat(api.get(session + "/events").data("type"))
        .containsExactly("session.status_terminated");
    assertThat(api.get("/v1/sessions").data("id")).isEmpty();
    assertThat(api.get("/v1/sessions?include_archived=true").data("id")).hasSize(1);
    assertThat(api.post(session + "/events", Api.message("hi")).status()).isEqualTo(400);
  }

  @Test
  void aDeletedSessionIsGone() throws Exception {
    var session = api.session();
    var deleted = api.delete(session);
    assertThat(deleted.status()).isEqualTo(200);
    assertThat(deleted.body())
        .isEqualTo(
            Json.obj("id", session.substring("/v1/sessions/".length()), "type", "session_deleted"));
    assertThat(api.get(session).status()).isEqualTo(404);
    assertThat(api.get(session + "/events").status()).isEqualTo(404);
    assertThat(api.get(session + "/events/stream").status()).isEqualTo(404);
    assertThat(api.delete(session).status()).isEqualTo(404);
  }

  @Test
  void anInterruptKeepsTheThreadThatItNames() throws Exception {
    var session = api.session();
    var thread = api.get(session + "/threads").data("id").getFirst();
    var named = "{\"type\":\"user.interrupt\",\"session_thread_id\":\"" + thread + "\"}";
    var nulled = "{\"type\":\"user.interrupt\",\"session_thread_id\":null}";
    var bare = "{\"type\":\"user.interrupt\"}";
    var body = "{\"events\":[" + String.join(",", named, nulled, bare) + "]}";
    var sent = api.post(session + "/events", body);
    assertThat(sent.status()).isEqualTo(200);
    var events = sent.body().items("data");
    assertThat(events)
        .extracting(event -> ((Json.Obj) event).text("session_thread_id"))
        .containsExactly(thread, null, null);
    assertThat(api.get(session + "/events").body().items("data")).isEqualTo(events);
    var queued = api.store.eventLog().inbox(api.woken().session()).queued();
    assertThat(queued)
        .extracting(one -> ((Event.UserInterrupt) one.event()).thread())
        .containsExactly(Optional.of(new ThreadId(thread)), Optional.empty(), Optional.empty());
  }

  @Test
  void thePrimaryThreadIsShownWithEveryKey() throws Exception {
    var session = api.session();
    var threads = api.get(session + "/threads");
    var thread = threads.data("id").getFirst();
    assertThat(shape(threads.body()))
        .isEqualTo(
            "{\"data\":[{\"id\":\""
                + thread
                + "\",\"type\":\"session_thread\",\"session_id\":\""
                + session.substring("/v1/sessions/".length())
                + "\",\"parent_thread_id\":null,\"status\":\"idle\",\"workflow_run_id\":null,"
                + "\"agent\":{\"id\":\""
                + api.get(session).body().object("agent").text("id")
                + "\",\"type\":\"agent\",\"version\":1,\"name\":\"Coder\",\"description\":null,"
                + MODEL
                + ",\"system\":null,\"tools\":[],\"mcp_servers\":[],\"skills\":[],"
                + "\"execution_identity\":{\"type\":\"service_account\"}},\"stats\":null,"
                + "\"usage\":null,\"created_at\":\"T\",\"updated_at\":\"T\",\"archived_at\":null}],"
                + "\"next_page\":null}");
    assertThat(api.get(session + "/threads/" + thread).body())
        .isEqualTo(threads.body().items("data").getFirst());
    assertThat(api.get(session + "/threads?statuses[]=running").data("id")).isEmpty();
    var sent = api.say(session, "hi");
    assertThat(api.get(session + "/threads/" + thread + "/events").data("id"))
        .containsExactly(sent);
    assertThat(api.post(session + "/threads/" + thread + "/archive").status()).isEqualTo(400);
    assertThat(api.get(session + "/threads/sthr_01other").status()).isEqualTo(404);
    assertThat(api.get(session + "/threads/" + thread + "/events/stream").error())
        .isEqualTo("not_found_error: not found");
  }

  @Test
  void aSendAnswersWithTheQueuedFormsAndWakesABrain() throws Exception {
    var session = api.session();
    var answer =
        api.post(
            session + "/events",
            "{\"events\":[{\"type\":\"user.message\",\"content\":[{\"type\":\"text\",\"text\":\"a\"},"
                + "{\"type\":\"document\",\"title\":null,\"source\":{\"type\":\"text\",\"media_type\":"
                + "\"text/plain\",\"data\":\"d\"}}]},{\"type\":\"user.interrupt\"}]}");
    assertThat(answer.status()).isEqualTo(200);
    var ids = answer.data("id");
    assertThat(answer.body())
        .hasToString(
            "{\"data\":[{\"type\":\"user.message\",\"id\":\""
                + ids.get(0)
                + "\",\"processed_at\":null,\"content\":[{\"type\":\"text\",\"text\":\"a\"},"
                + "{\"type\":\"document\",\"title\":null,\"source\":{\"type\":\"text\","
                + "\"media_type\":\"text/plain\",\"data\":\"d\"}}]},{\"type\":\"user.interrupt\","
                + "\"id\":\""
                + ids.get(1)
                + "\",\"processed_at\":null}]}");
    assertThat(api.woken().session().value()).isEqualTo(session.substring(13));
    assertThat(api.rung).isEmpty();
    api.say(session, "more");
    assertThat(api.rung).hasSize(1);
    assertThat(api.woken).isEmpty();
  }

  private static final String PIXEL =
      "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAAAAAA6fptVAAAACklEQVR4nGNgAAAAAgABSK+kcQAAAABJRU5ErkJggg==";

  @Test
  void everyFormOfContentIsTaken() throws Exception {
    var session = api.session();
    var sources =
        List.of(
            "{\"type\":\"image\",\"source\":{\"type\":\"base64\",\"media_type\":\"image/png\",\"data\":\""
                + PIXEL
                + "\"}}",
            "{\"type\":\"image\",\"source\":{\"type\":\"url\",\"url\":\"https://example.com/a.png\"}}",
            "{\"type\":\"document\",\"source\":{\"type\":\"base64\",\"media_type\":\"application/pdf\",\"data\":\"JVBERi0=\"},\"title\":\"t\",\"context\":\"c\"}",
            "{\"type\":\"document\",\"source\":{\"type\":\"url\",\"url\":\"http://example.com/a.pdf\"}}");
    for (var source : sources) {
      var answer =
          api.post(
              session + "/events",
              "{\"events\":[{\"type\":\"user.message\",\"content\":[" + source + "]}]}");
      assertThat(answer.body().toString()).contains("\"content\":[" + source + "]");
    }
  }

  @Test
  void aRepeatedSendIsReceivedOnce() throws Exception {
    var session = api.session();
    var first = api.say(session, "hi");
    var retry =
        api.send(
            api.request(session + "/events")
                .header("x-stainless-retry-count", "1")
                .POST(java.net.http.HttpRequest.BodyPublishers.ofString(Api.message("hi")))
                .build());
    assertThat(retry.data("id")).containsExactly(first);
    assertThat(api.say(session, "hi")).isNotEqualTo(first);
    for (int i = 0; i < 2; i++) {
      api.send(
          api.request(session + "/events")
              .header("Idempotency-Key", "k1")
              .POST(java.net.http.HttpRequest.BodyPublishers.ofString(Api.message("hi")))
              .build());
    }
    assertThat(api.get(session + "/events").data("id")).hasSize(3);
  }
}
