package dev.drover.api;

import static org.assertj.core.api.Assertions.assertThat;

import dev.drover.base.Json;
import java.util.LinkedHashMap;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/// How agents change, and end.
final class AgentRoutesTest {
  private static final String FULL =
      "{\"name\":\"Coder\",\"description\":\"d\",\"system\":\"s\","
          + "\"model\":{\"id\":\"rehearsal-2\",\"effort\":\"low\"},"
          + "\"tools\":[{\"type\":\"agent_toolset_20260401\",\"configs\":[{\"name\":"
          + "\"web_fetch\",\"enabled\":false}]}],\"metadata\":{\"a\":\"1\",\"b\":\"2\"}}";

  private final Api api = new Api();
  private String agent = "";
  private Json.Obj first = Json.EMPTY;

  @BeforeEach
  void makeAnAgent() throws Exception {
    first = api.post("/v1/agents", FULL).body();
    agent = "/v1/agents/" + first.text("id");
  }

  @AfterEach
  void stop() {
    api.close();
  }

  private Json.Obj update(String body) throws Exception {
    var answer = api.post(agent, body);
    assertThat(answer.status()).as("%s", answer.body()).isEqualTo(200);
    assertThat(api.get(agent).body()).isEqualTo(answer.body());
    return answer.body();
  }

  @Test
  void whatIsNotSentStays() throws Exception {
    var changed = update("{\"name\":\"Reviewer\"}");
    assertThat(changed.with("updated_at", first.text("updated_at")))
        .isEqualTo(first.with("name", "Reviewer").with("version", 2));
    assertThat(api.get(agent + "?version=1").body()).isEqualTo(first);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "description | null | null",
        "description | \"\" | null",
        "system | null | null",
        "system | \"\" | null",
        "tools | null | []",
        "tools | [] | []",
        "tools | [{\"type\":\"agent_toolset_20260401\",\"default_config\":{\"enabled\":false}}] |"
            + " [{\"type\":\"agent_toolset_20260401\",\"default_config\":{\"enabled\":false,"
            + "\"permission_policy\":{\"type\":\"always_allow\"}},\"configs\":[]}]",
        "model | {\"id\":\"rehearsal-2\",\"effort\":null} |"
            + " {\"id\":\"rehearsal-2\",\"effort\":{\"type\":\"medium\"},\"speed\":\"standard\"}",
        "model | {\"id\":\"rehearsal-2\",\"effort\":\"max\"} |"
            + " {\"id\":\"rehearsal-2\",\"effort\":{\"type\":\"max\"},\"speed\":\"standard\"}",
        "model | \"rehearsal\" | {\"id\":\"rehearsal\",\"speed\":\"standard\"}",
        "model | {\"id\":\"rehearsal\"} | {\"id\":\"rehearsal\",\"speed\":\"standard\"}",
      })
  void aFieldIsReplacedAsAWholeOrCleared(String field, String sent, String shown) throws Exception {
    var changed = update("{\"" + field + "\":" + sent + "}");
    assertThat(changed.with("updated_at", first.text("updated_at")))
        .isEqualTo(first.with(field, Json.trusted(shown)).with("version", 2));
  }

  @Test
  void anEffortIsFilledInWhereTheModelHasLevels() throws Exception {
    var made = api.post("/v1/agents", "{\"name\":\"A\",\"model\":\"rehearsal-2\"}");
    assertThat(made.body().object("model").object("effort").text("type")).isEqualTo("medium");
    var plain = api.post("/v1/agents", "{\"name\":\"A\",\"model\":\"rehearsal\"}");
    assertThat(plain.body().object("model").get("effort")).isEmpty();
    var refused =
        api.post(
            "/v1/agents", "{\"name\":\"A\",\"model\":{\"id\":\"rehearsal\",\"effort\":\"low\"}}");
    assertThat(refused.status()).isEqualTo(400);
    assertThat(refused.error()).contains("model.effort: the model rehearsal has no known effort");
  }

  @Test
  void anotherModelStartsAtItsOwnEffort() throws Exception {
    update("{\"model\":\"rehearsal\"}");
    var back = update("{\"model\":{\"id\":\"rehearsal-2\"}}");
    assertThat(back.object("model").object("effort").text("type")).isEqualTo("medium");
  }

  @Test
  void metadataIsChangedKeyByKey() throws Exception {
    var changed = update("{\"metadata\":{\"a\":null,\"c\":\"\",\"never\":null}}");
    assertThat(changed.get("metadata")).hasValue(Json.obj("b", "2", "c", ""));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "{}",
        "{\"version\":1}",
        "{\"name\":\"Coder\",\"description\":\"d\",\"metadata\":{\"a\":\"1\"}}",
        "{\"metadata\":null,\"mcp_servers\":null,\"skills\":[],\"multiagent\":null}",
        "{\"model\":\"rehearsal-2\"}",
        "{\"model\":{\"id\":\"rehearsal-2\",\"speed\":\"standard\"}}",
        "{\"execution_identity\":null}",
      })
  void anUpdateThatChangesNothingMakesNoVersion(String body) throws Exception {
    assertThat(update(body)).isEqualTo(first);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "[]",
        "null",
        "{}",
        "\"agent_01\"",
        "[{\"type\":\"agent\",\"id\":\"agent_01\",\"version\":1}]",
      })
  void theOldNameOfMultiagentIsRefusedWithTheNewOne(String value) throws Exception {
    var old = "\"callable_agents\":" + value + "}";
    for (var answer :
        List.of(
            api.post("/v1/agents", "{\"name\":\"A\",\"model\":\"rehearsal\"," + old),
            api.post(agent, "{" + old))) {
      assertThat(answer.status()).isEqualTo(400);
      assertThat(answer.error())
          .isEqualTo(
              "invalid_request_error: callable_agents: is now \"multiagent\", which is not"
                  + " supported by this version of Drover");
    }
  }

  @Test
  void whatAnAgentShowsIsAValidUpdateOfIt() throws Exception {
    var sent = new LinkedHashMap<>(first.fields());
    List.of("id", "type", "created_at", "updated_at", "archived_at").forEach(sent::remove);
    assertThat(update(new Json.Obj(sent).toString())).isEqualTo(first);
  }

  @Test
  void anOldVersionIsAConflictEvenWhenNothingWouldChange() throws Exception {
    update("{\"version\":1,\"name\":\"Reviewer\"}");
    for (var body : List.of("{\"version\":1}", "{\"version\":3,\"name\":\"Reviewer\"}")) {
      var answer = api.post(agent, body);
      assertThat(answer.status()).isEqualTo(409);
      assertThat(answer.error())
          .isEqualTo(
              "conflict_error: Concurrent modification detected. Please fetch the latest version"
                  + " and retry.");
      assertThat(answer.headers().firstValue("x-should-retry")).hasValue("false");
    }
    assertThat(update("{\"version\":2,\"system\":\"new\"}").number("version", 0)).isEqualTo(3);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "{\"version\":0} | version: must be an integer from 1 to 2147483647",
        "{\"name\":\"\"} | name: must have 1 to 256 characters",
        "{\"name\":null} | name: field required",
        "{\"model\":null} | model: field required",
        "{\"model\":{\"effort\":\"low\"}} | model.id: field required",
        "{\"model\":{\"id\":\"rehearsal-2\",\"effort\":\"xhigh\"}} | model.effort: the model"
            + " rehearsal-2 has the levels low, medium, high, max",
        "{\"model\":{\"id\":\"rehearsal-2\",\"effort\":\"huge\"}} | model.effort: must be one of"
            + " low, medium, high, xhigh, max",
        "{\"model\":{\"id\":\"rehearsal\",\"effort\":{\"type\":\"low\"}}} | model.effort: the model"
            + " rehearsal has no known effort levels; see its"
            + " model_settings",
        "{\"model\":{\"id\":\"rehearsal-2\",\"speed\":\"fast\"}} | model.speed: only \"standard\""
            + " is supported",
        "{\"model\":\"other\"} | model: no server for \"other\"; set DROVER_ANTHROPIC_API_KEY",
        "{\"tools\":[{\"type\":\"custom\"}]} | tools.0.name: field required",
        "{\"tools\":[{\"type\":\"mcp_toolset\"}]} | tools.0.mcp_server_name: field required",
        "{\"tools\":[{\"type\":\"mcp_toolset\",\"mcp_server_name\":\"s\"}]} | mcp_toolset"
            + " references [s] but no matching entry in mcp_servers",
        "{\"mcp_servers\":[{\"type\":\"url\",\"name\":\"s\",\"url\":\"https://s.example\"}]} |"
            + " mcp_servers has [s] but no mcp_toolset in tools references it",
        "{\"mcp_servers\":[{\"type\":\"stdio\"}]} | mcp_servers.0.type: must be \"url\"",
        "{\"mcp_servers\":[{\"type\":\"url\",\"name\":\"s\",\"url\":\"ftp://s\"}]} |"
            + " mcp_servers.0.url: must begin with https:// or http://",
        "{\"mcp_servers\":[{\"type\":\"url\",\"name\":\"s\",\"url\":\"https://a:b@s\"}]} |"
            + " mcp_servers.0.url: must not contain a user or password; use a vault",
        "{\"mcp_servers\":[{\"type\":\"url\",\"name\":\"s\",\"url\":\"https://s#f\"}]} |"
            + " mcp_servers.0.url: must not have a fragment",
        "{\"mcp_servers\":[{\"type\":\"url\",\"name\":\"s\",\"url\":\"not a url\"}]} |"
            + " mcp_servers.0.url: is not a URL",
        "{\"mcp_servers\":[{\"type\":\"url\",\"name\":\"s\",\"url\":\"https://s\"},"
            + "{\"type\":\"url\",\"name\":\"s\",\"url\":\"https://t\"}]} | mcp_servers.1.name: is"
            + " used twice",
        "{\"tools\":[{\"type\":\"mcp_toolset\",\"mcp_server_name\":\"s\"},{\"type\":"
            + "\"mcp_toolset\",\"mcp_server_name\":\"s\"}]} | tools.1.mcp_server_name: is used by"
            + " another mcp_toolset",
        "{\"tools\":[{\"type\":\"mcp_toolset\",\"mcp_server_name\":\"s\",\"configs\":[{\"name\":"
            + "\"a\"},{\"name\":\"a\"}]}]} | tools.0.configs.1.name: is configured twice",
        "{\"tools\":[{\"type\":\"mcp_toolset\",\"mcp_server_name\":\"s\",\"configs\":[{\"name\":"
            + "\"a\",\"type\":\"a\"}]}]} | tools.0.configs.0.type: unknown field",
        "{\"skills\":[{}]} | skills.0.type: field required",
        "{\"metadata\":{\"a\":1}} | metadata.a: must be a string",
        "{\"metadata\":{\"\":\"x\"}} | metadata: keys must have 1 to 64 characters",
        "{\"id\":\"agent_01a\"} | id: unknown field",
      })
  void aBadUpdateChangesNothing(String body, String message) throws Exception {
    var answer = api.post(agent, body);
    assertThat(answer.status()).isEqualTo(400);
    assertThat(answer.error()).isEqualTo("invalid_request_error: " + message);
    assertThat(api.get(agent).body()).isEqualTo(first);
  }

  @Test
  void metadataIsCountedOnTheResult() throws Exception {
    var more = Json.EMPTY;
    for (int i = 0; i < 14; i++) {
      more = more.with("k" + i, "v");
    }
    update(Json.obj("metadata", more).toString());
    assertThat(api.post(agent, "{\"metadata\":{\"one\":\"more\"}}").error())
        .isEqualTo("invalid_request_error: metadata: must contain no more than 16 pairs");
    update("{\"metadata\":{\"one\":\"more\",\"a\":null}}");
  }

  @Test
  void versionsAreListedNewestFirstPageByPage() throws Exception {
    update("{\"name\":\"two\"}");
    update("{\"name\":\"three\"}");
    var page = api.get(agent + "/versions?limit=2");
    assertThat(page.data("name")).containsExactly("three", "two");
    var rest = api.get(agent + "/versions?limit=2&page=" + page.text("next_page"));
    assertThat(rest.body()).isEqualTo(Json.obj("data", List.of(first), "next_page", null));
    assertThat(api.get("/v1/agents/agent_01no/versions").error())
        .isEqualTo("not_found_error: Agent agent_01no not found.");
    assertThat(api.get(agent + "/versions?limit=101").status()).isEqualTo(400);
  }

  @Test
  void anArchivedAgentIsReadAndListedOnRequestAndServesNoNewSession() throws Exception {
    update("{\"name\":\"two\"}");
    var environment = api.environment();
    var body = Json.obj("agent", first.text("id"), "environment_id", environment).toString();
    var session = "/v1/sessions/" + api.post("/v1/sessions", body).text("id");
    var archived = api.post(agent + "/archive");
    assertThat(archived.status()).isEqualTo(200);
    var at = archived.text("archived_at");
    assertThat(at).isNotEqualTo("null");
    assertThat(api.post(agent + "/archive").body()).isEqualTo(archived.body());
    assertThat(api.get(agent + "?version=1").text("archived_at")).isEqualTo(at);
    assertThat(api.get(agent + "/versions").data("archived_at")).containsExactly(at, at);
    assertThat(api.get("/v1/agents").data("id")).isEmpty();
    assertThat(api.get("/v1/agents?include_archived=true").data("id"))
        .containsExactly(first.text("id"));
    assertThat(api.post(agent, "{}").error())
        .isEqualTo("invalid_request_error: Cannot modify archived agent");
    assertThat(api.post("/v1/sessions", body).status()).isEqualTo(400);
    api.say(session, "still here");
    assertThat(api.get(session).body().object("agent").text("name")).isEqualTo("two");
  }

  @Test
  void agentsAreListedByTimeOfCreation() throws Exception {
    var at = first.text("created_at");
    var filters =
        List.of(
            "created_at%5Bgte%5D=" + at, "created_at%5Blte%5D=" + at + "&include_archived=true");
    for (var filter : filters) {
      assertThat(api.get("/v1/agents?" + filter).data("id")).containsExactly(first.text("id"));
    }
    assertThat(api.get("/v1/agents?created_at%5Blte%5D=2020-01-01T00:00:00Z").data("id")).isEmpty();
  }
}
