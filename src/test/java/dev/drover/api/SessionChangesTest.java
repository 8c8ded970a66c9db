package dev.drover.api;

import static org.assertj.core.api.Assertions.assertThat;

import dev.drover.base.Json;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// What a session is made from, and what of it may change.
final class SessionChangesTest {
  private static final String MESSAGE =
      "{\"type\":\"user.message\",\"content\":[{\"type\":\"text\",\"text\":\"hi\"}]}";

  private Api api;

  @BeforeEach
  void open() {
    api = new Api();
  }

  @AfterEach
  void close() {
    api.close();
  }

  private Json.Obj created(String agent, String more) throws Exception {
    return create(agent, more).body();
  }

  private Api.Answer create(String agent, String more) throws Exception {
    return api.post(
        "/v1/sessions",
        "{\"agent\":%s,\"environment_id\":\"%s\"%s}".formatted(agent, api.environment(), more));
  }

  private String agent() throws Exception {
    return "\"" + api.agent() + "\"";
  }

  private static String path(Json.Obj session) {
    return "/v1/sessions/" + session.text("id");
  }

  private static Json.Obj agentOf(Json.Obj session) {
    return session.object("agent");
  }

  @Test
  void aSessionWithFirstEventsIsRunningAtOnce() throws Exception {
    var session = created(agent(), ",\"initial_events\":[" + MESSAGE + "," + MESSAGE + "]");
    assertThat(session.text("status")).isEqualTo("running");
    assertThat(api.woken).hasSize(1);
    assertThat(api.get(path(session) + "/events").data("type"))
        .containsExactly("user.message", "user.message");
    assertThat(api.post(path(session) + "/archive", "").status()).isEqualTo(400);
    assertThat(created(agent(), ",\"initial_events\":[]").text("status")).isEqualTo("idle");
    assertThat(api.woken).hasSize(1);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "{\"type\":\"user.interrupt\"} | initial_events.0.type: must be \"user.message\" or"
            + " \"user.define_outcome\"",
        "{\"type\":\"user.message\"} | initial_events.0.content: must contain at least 1 item",
        "{} | initial_events.0.type: field required",
      })
  void aBadFirstEventMakesNoSession(String event, String message) throws Exception {
    var answer = create(agent(), ",\"initial_events\":[" + event + "]");
    assertThat(answer.status()).isEqualTo(400);
    assertThat(answer.error()).isEqualTo("invalid_request_error: " + message);
    assertThat(api.get("/v1/sessions").data("id")).isEmpty();
  }

  @Test
  void moreThanFiftyFirstEventsAreTooMany() throws Exception {
    var many = String.join(",", Collections.nCopies(51, MESSAGE));
    assertThat(create(agent(), ",\"initial_events\":[" + many + "]").error())
        .contains("initial_events: must contain no more than 50 item(s)");
  }

  @Test
  void overridesTakeThePlaceOfWhatTheAgentHas() throws Exception {
    var id = api.agent();
    var reference = "{\"type\":\"agent_with_overrides\",\"id\":\"" + id + "\"";
    assertThat(agentOf(created(reference + "}", "")))
        .isEqualTo(agentOf(created("\"" + id + "\"", "")));

    var other =
        agentOf(
            created(
                reference
                    + ",\"model\":{\"id\":\"rehearsal-2\"},\"system\":\"Other.\",\"tools\":[],"
                    + "\"mcp_servers\":null,\"skills\":[]}",
                ""));
    assertThat(other.text("id")).isEqualTo(id);
    assertThat(other.number("version", 0)).isEqualTo(1);
    assertThat(other.object("model").toString())
        .isEqualTo(
            "{\"id\":\"rehearsal-2\",\"effort\":{\"type\":\"medium\"},\"speed\":\"standard\"}");
    assertThat(other.text("system")).isEqualTo("Other.");
    assertThat(other.items("tools")).isEmpty();
    assertThat(agentOf(created(reference + ",\"system\":null}", "")).text("system")).isNull();
    assertThat(api.get("/v1/agents/" + id).body().number("version", 0)).isEqualTo(1);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "\"model\":null | agent.model: agent_model_required",
        "\"model\":\"other\" | model: no server for \"other\"; set DROVER_ANTHROPIC_API_KEY",
        "\"name\":\"x\" | agent.name: unknown field",
        "\"tools\":[{\"type\":\"x\"}] | agent.tools.0.type: unknown tool type",
        "\"skills\":[{}] | agent.skills.0.type: field required",
      })
  void aBadOverrideMakesNoSession(String override, String message) throws Exception {
    var answer =
        create(
            "{\"type\":\"agent_with_overrides\",\"id\":\"%s\",%s}".formatted(api.agent(), override),
            "");
    assertThat(answer.status()).isEqualTo(400);
    assertThat(answer.error()).isEqualTo("invalid_request_error: " + message);
  }

  @Test
  void anUpdateChangesWhatItNamesAndTellsOfThat() throws Exception {
    var session = created(agent(), ",\"title\":\"one\",\"metadata\":{\"a\":\"1\",\"b\":\"2\"}");
    var path = path(session);
    var updated = api.post(path, "{\"title\":null,\"metadata\":{\"a\":null,\"c\":\"3\"}}").body();
    assertThat(updated.text("title")).isNull();
    assertThat(updated.object("metadata").fields())
        .isEqualTo(Map.of("b", Json.of("2"), "c", Json.of("3")));
    assertThat(updated.text("updated_at")).isNotEqualTo(session.text("updated_at"));
    assertThat(api.get(path).body().with("stats", null)).isEqualTo(updated.with("stats", null));
    var told = news(path).getFirst();
    assertThat(told.object("metadata")).isEqualTo(updated.object("metadata"));
    assertThat(told.get("title")).contains(Json.NULL);
    assertThat(told.get("agent")).isEmpty();
    assertThat(told.get("budget")).isEmpty();

    api.post(path, "{\"title\":null,\"metadata\":{\"b\":\"2\"}}");
    assertThat(news(path)).hasSize(1);

    var tools =
        "{\"tools\":[{\"type\":\"custom\",\"name\":\"t\",\"description\":\"d\","
            + "\"input_schema\":{\"type\":\"object\"}}]}";
    var retooled = api.post(path, "{\"agent\":" + tools + "}").body();
    assertThat(agentOf(retooled).items("tools")).hasSize(1);
    assertThat(news(path).getLast().object("agent")).isEqualTo(agentOf(retooled));
    assertThat(api.store.eventLog().unfinished()).isEmpty();
  }

  private List<Json.Obj> news(String path) throws Exception {
    return api.get(path + "/events?types[]=session.updated").body().items("data").stream()
        .map(Json.Obj.class::cast)
        .toList();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "{\"vault_ids\":[]} | vault_ids: cannot be updated",
        "{\"agent\":{\"system\":\"x\"}} | agent.system: only `tools` and `mcp_servers` are"
            + " updatable",
        "{\"agent\":{\"tools\":[{}]}} | agent.tools.0.type: field required",
        "{\"status\":\"idle\"} | status: unknown field",
        "{\"budget\":{\"type\":\"limit\",\"max_list_cost\":{\"amount\":\"5\",\"currency\":\"USD\"}}}"
            + " | budget: a budget can only be set when a session is created (budget_create_only)",
        "{\"budget\":{\"type\":\"limit\",\"max_list_cost\":{\"amount\":\"05\",\"currency\":\"USD\"}}}"
            + " | budget.max_list_cost.amount: must be whole cents as a string, more than 0,"
            + " without leading zeros",
        "{\"budget\":{\"type\":\"limit\",\"max_list_cost\":{\"amount\":5,\"currency\":\"USD\"}}} |"
            + " budget.max_list_cost.amount: must be a string",
        "{\"budget\":{\"type\":\"limit\",\"max_list_cost\":{\"amount\":\"5\",\"currency\":\"EUR\"}}}"
            + " | budget.max_list_cost.currency: must be \"USD\"",
      })
  void aBadUpdateChangesNothing(String body, String message) throws Exception {
    var session = created(agent(), "");
    var answer = api.post(path(session), body);
    assertThat(answer.status()).isEqualTo(400);
    assertThat(answer.error()).isEqualTo("invalid_request_error: " + message);
    assertThat(news(path(session))).isEmpty();
  }

  @Test
  void aSessionThatRunsOrIsOverKeepsItsAgent() throws Exception {
    var running = path(created(agent(), ",\"initial_events\":[" + MESSAGE + "]"));
    assertThat(
            api.post(running, "{\"agent\":{\"tools\":[{\"type\":\"agent_toolset_20260401\"}]}}")
                .error())
        .contains("can only be updated while the session is idle");
    assertThat(api.post(running, "{\"title\":\"t\"}").status()).isEqualTo(200);
    var over = path(created(agent(), ""));
    api.post(over + "/archive", "");
    assertThat(api.post(over, "{\"title\":\"t\"}").error()).contains("has been archived");
    assertThat(api.post("/v1/sessions/sesn_01none", "{}").status()).isEqualTo(404);
  }

  @Test
  void aBudgetIsKeptShownAndRemoved() throws Exception {
    var budget = "{\"type\":\"limit\",\"max_list_cost\":{\"amount\":\"250\",\"currency\":\"USD\"}}";
    var session = created(agent(), ",\"budget\":" + budget);
    assertThat(session.object("budget").toString()).isEqualTo(budget);
    var raised = api.post(path(session), "{\"budget\":" + budget.replace("250", "9") + "}").body();
    assertThat(raised.object("budget").toString()).contains("\"9\"");
    var removed = api.post(path(session), "{\"budget\":null}").body();
    assertThat(removed.get("budget")).contains(Json.NULL);
    assertThat(news(path(session)).getLast().get("budget")).contains(Json.NULL);
    assertThat(api.post(path(session), "{\"budget\":" + budget + "}").status()).isEqualTo(400);
    var unpriced =
        create(
            "{\"type\":\"agent_with_overrides\",\"id\":\"%s\",\"model\":\"team/fast\"}"
                .formatted(api.agent()),
            ",\"budget\":" + budget);
    assertThat(unpriced.error()).contains("model_not_budgetable");
  }
}
