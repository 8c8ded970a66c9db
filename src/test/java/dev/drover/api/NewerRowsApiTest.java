package dev.drover.api;

import static org.assertj.core.api.Assertions.assertThat;

import dev.drover.base.Json;
import dev.drover.testing.Tomorrow;
import dev.drover.testing.TomorrowsEvents;
import java.nio.file.Path;
import java.sql.DriverManager;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/// What the API does with rows that a newer version wrote into the same database, and with rows
/// that nobody can read.
@Tag("database")
final class NewerRowsApiTest {
  private static final String OF = "session_key = (SELECT key FROM session WHERE id = ?)";

  private static final String NEWER =
      """
      {"newer_field":1,"mcp_servers":[{"type":"url","name":"s","url":"https://x.example"}]}\
      """;

  @TempDir static Path data;

  private static Api api;

  @BeforeAll
  static void start() {
    api = new Api(Server.Settings.PING, data.resolve("drover.db"));
  }

  @AfterAll
  static void stop() {
    api.close();
  }

  private static void write(String sql, String... values) throws Exception {
    try (var connection = DriverManager.getConnection("jdbc:sqlite:" + data.resolve("drover.db"));
        var statement = connection.prepareStatement(sql)) {
      for (int i = 0; i < values.length; i++) {
        statement.setString(i + 1, values[i]);
      }
      assertThat(statement.executeUpdate()).isEqualTo(1);
    }
  }

  /// An agent whose row holds this.
  private static String agent(Json.Obj definition) throws Exception {
    var id = api.agent();
    write("UPDATE document SET json = ? WHERE id = ?", definition.toString(), id);
    return id;
  }

  private static String environment(String config, String more) throws Exception {
    var id = api.environment();
    var json = "{\"name\":\"" + id + "\",\"config\":" + config + more + "}";
    write("UPDATE document SET json = ? WHERE id = ?", json, id);
    return id;
  }

  private static String cloud(Json networking, String more) {
    return "{\"type\":\"cloud\",\"networking\":" + networking + more + "}";
  }

  private static Json.Obj json(String text) {
    return (Json.Obj) Json.trusted(text);
  }

  private static Json.Obj ok(Api.Answer answer) {
    assertThat(answer.status()).as(answer.body().toString()).isEqualTo(200);
    return answer.body();
  }

  private static List<String> all(String path) throws Exception {
    var ids = new ArrayList<String>();
    var next = "";
    do {
      var page = ok(api.get(path + "?limit=20" + next));
      page.items("data").forEach(item -> ids.add(String.valueOf(((Json.Obj) item).text("id"))));
      next = page.text("next_page") == null ? "" : "&page=" + page.text("next_page");
    } while (!next.isEmpty());
    return ids;
  }

  private static Api.Answer newSession(String agent, String environment) throws Exception {
    var body = Json.obj("agent", agent, "environment_id", environment);
    return api.post("/v1/sessions", body.toString());
  }

  @ParameterizedTest
  @MethodSource("dev.drover.testing.Tomorrow#definitions")
  void anAgentOfTomorrowIsShownWholeAndKeptByAnUpdate(Json.Obj definition) throws Exception {
    var id = agent(definition);
    var path = "/v1/agents/" + id;
    assertThat(ok(api.get(path)).fields()).containsAllEntriesOf(definition.fields());
    assertThat(all("/v1/agents")).contains(id);
    var renamed = ok(api.post(path, "{\"name\":\"renamed\",\"metadata\":{\"k\":\"v\"}}"));
    assertThat(renamed.fields())
        .containsAllEntriesOf(definition.with("name", "renamed").with("version", 2).fields());
    assertThat(ok(api.get(path))).isEqualTo(renamed);
    assertThat(ok(api.post(path, "{\"name\":\"renamed\"}")).number("version", 0)).isEqualTo(2);
    var session = ok(newSession(id, api.environment()));
    assertThat(session.object("agent").fields())
        .containsAllEntriesOf(definition.with("name", "renamed").fields());
    assertThat(ok(api.post(path + "/archive")).get("archived_at")).isNotEqualTo(Json.NULL);
  }

  @Test
  void whatASessionOverridesReplacesWhatTomorrowStored() throws Exception {
    var id = agent(Tomorrow.definition().with("mcp_servers", json(NEWER).get("mcp_servers").get()));
    var reference =
        Json.obj(
            "type",
            "agent_with_overrides",
            "id",
            id,
            "model",
            "rehearsal-2",
            "mcp_servers",
            List.of());
    var body = Json.obj("agent", reference, "environment_id", api.environment());
    var agent = ok(api.post("/v1/sessions", body.toString())).object("agent");
    assertThat(agent.items("mcp_servers")).isEmpty();
    assertThat(agent.object("model").text("id")).isEqualTo("rehearsal-2");
    assertThat(agent.items("tools")).isEqualTo(Tomorrow.definition().items("tools"));
  }

  @ParameterizedTest
  @MethodSource("dev.drover.testing.Tomorrow#networkings")
  void anEnvironmentWithANetworkingOfTomorrowIsShownWholeAndKept(Json.Obj networking)
      throws Exception {
    var id = environment(cloud(networking, ""), ",\"newer_field\":{\"a\":1}");
    var path = "/v1/environments/" + id;
    var shown = ok(api.get(path));
    assertThat(shown.object("config").object("networking")).isEqualTo(networking);
    assertThat(shown.object("newer_field")).isEqualTo(json("{\"a\":1}"));
    assertThat(all("/v1/environments")).contains(id);
    var changed = ok(api.post(path, "{\"description\":\"d\"}"));
    assertThat(changed.object("config")).isEqualTo(shown.object("config"));
    assertThat(changed.object("newer_field")).isEqualTo(json("{\"a\":1}"));
    ok(newSession(api.agent(), id));
  }

  @Test
  void aPartOfANetworkingThatIsSentKeepsTheRest() throws Exception {
    var path =
        "/v1/environments/"
            + environment(
                cloud(
                    json(
                        "{\"type\":\"limited\",\"allowed_hosts\":[\"a\"],\"allow_mcp_servers\":true,"
                            + "\"allow_package_managers\":false,\"allowed_ports\":[443]}"),
                    ",\"packages\":{\"apt\":[\"curl\"]},\"image\":\"x\""),
                "");
    var sent =
        "{\"config\":{\"type\":\"cloud\",\"networking\":{\"type\":\"limited\",\"allowed_hosts\":"
            + "[\"b\"]}}}";
    var config = ok(api.post(path, sent)).object("config");
    assertThat(config.object("networking"))
        .isEqualTo(
            json(
                "{\"type\":\"limited\",\"allowed_hosts\":[\"b\"],\"allow_mcp_servers\":true,"
                    + "\"allow_package_managers\":false,\"allowed_ports\":[443]}"));
    assertThat(config.object("packages").items("apt")).containsExactly(Json.of("curl"));
    assertThat(config.text("image")).isEqualTo("x");
    var without =
        ok(api.post(path, "{\"config\":{\"type\":\"cloud\",\"packages\":{\"apt\":[]}}}"))
            .object("config");
    assertThat(without.object("packages").items("apt")).isEmpty();
    assertThat(without.text("image")).isEqualTo("x");
  }

  @Test
  void anEnvironmentOfAnotherTypeIsShownAndMakesNoSession() throws Exception {
    var id = environment("{\"type\":\"self_hosted\",\"pool\":\"p\"}", "");
    var path = "/v1/environments/" + id;
    var config = json("{\"type\":\"self_hosted\",\"pool\":\"p\"}");
    assertThat(ok(api.get(path)).object("config")).isEqualTo(config);
    assertThat(ok(api.post(path, "{\"name\":\"other\"}")).object("config")).isEqualTo(config);
    assertThat(api.post(path, "{\"config\":{\"type\":\"cloud\"}}").status()).isEqualTo(400);
    var refused = newSession(api.agent(), id);
    assertThat(refused.status()).isEqualTo(400);
    assertThat(refused.error()).contains("of a type that this version of Drover does not support");
  }

  @ParameterizedTest
  @MethodSource("dev.drover.testing.Tomorrow#ofSessions")
  void aSessionOfTomorrowIsShownWholeAndKeptByAnUpdate(Json.Obj newer) throws Exception {
    var path = api.session();
    var id = path.substring("/v1/sessions/".length());
    write(
        "UPDATE session_origin SET newer = ? WHERE session_key = (SELECT key FROM session WHERE id"
            + " = ?)",
        newer.toString(),
        id);
    assertThat(ok(api.get(path)).fields()).containsAllEntriesOf(newer.fields());
    assertThat(all("/v1/sessions")).contains(id);
    var renamed = ok(api.post(path, "{\"title\":\"t\"}"));
    assertThat(renamed.fields()).containsAllEntriesOf(newer.with("title", "t").fields());
    assertThat(ok(api.post(path + "/archive")).fields()).containsAllEntriesOf(newer.fields());
  }

  @Test
  void aClientIsStillHeldToTheProtocol() throws Exception {
    var id = agent(Tomorrow.definition().with("newer_field", 1));
    for (var sent : List.of("{\"newer_field\":2}", "{\"skills\":[{}]}", "{\"name\":\"\"}")) {
      assertThat(api.post("/v1/agents/" + id, sent).status()).as(sent).isEqualTo(400);
    }
    assertThat(ok(api.get("/v1/agents/" + id)).number("version", 0)).isEqualTo(1);
  }

  @Test
  void everyEventOfTomorrowIsListedAsItCame() throws Exception {
    var path = api.session();
    var id = path.substring("/v1/sessions/".length());
    var variants = TomorrowsEvents.variants().toList();
    try (var connection = DriverManager.getConnection("jdbc:sqlite:" + data.resolve("drover.db"));
        var insert =
            connection.prepareStatement(
                """
                INSERT INTO event (
                  session_key, position, id, type, visible, processed_at, epoch, json)
                VALUES ((SELECT key FROM session WHERE id = ?), ?, ?, ?, 1, ?, 1, ?)\
                """)) {
      connection.setAutoCommit(false);
      for (int i = 0; i < variants.size(); i++) {
        insert.setString(1, id);
        insert.setInt(2, i + 1);
        insert.setString(3, "sevt_" + i);
        insert.setString(4, String.valueOf(variants.get(i).text("type")));
        insert.setLong(5, i + 1);
        insert.setString(6, variants.get(i).with("id", "sevt_" + i).toString());
        insert.addBatch();
      }
      insert.executeBatch();
      connection.commit();
    }
    var listed = new ArrayList<Json>();
    var next = "";
    do {
      var page = ok(api.get(path + "/events?limit=300" + next));
      listed.addAll(page.items("data"));
      next = page.text("next_page") == null ? "" : "&page=" + page.text("next_page");
    } while (!next.isEmpty());
    var shown = new ArrayList<Json>();
    for (int i = 0; i < variants.size(); i++) {
      if (!String.valueOf(variants.get(i).text("type")).startsWith("drover.")) {
        shown.add(variants.get(i).with("id", "sevt_" + i));
      }
    }
    assertThat(listed).isEqualTo(shown);
  }

  @Test
  void whatWaitsOfTomorrowIsListedAndWhatCannotBeReadIsLeftOut() throws Exception {
    var path = api.session();
    var id = path.substring("/v1/sessions/".length());
    api.say(path, "one");
    api.say(path, "two");
    api.say(path, "three");
    var newer = "{\"type\":\"user.define_outcome\",\"id\":\"sevt_new\",\"rubric\":{\"a\":1}}";
    write("UPDATE inbox SET json = ? WHERE sequence = 1 AND " + OF, newer, id);
    write("UPDATE inbox SET json = '{' WHERE sequence = 2 AND " + OF, id);
    var listed = ok(api.get(path + "/events")).items("data");
    assertThat(listed).hasSize(2).contains(json(newer));
    assertThat(api.store.eventLog().inbox(api.woken().session()).known().queued()).hasSize(1);
  }

  @Test
  void aSessionWithAStatusOfTomorrowIsShownAndLeftAlone() throws Exception {
    var path = api.session();
    var id = path.substring("/v1/sessions/".length());
    write("UPDATE session SET status = 'compacting' WHERE id = ?", id);
    assertThat(ok(api.get(path)).text("status")).isEqualTo("compacting");
    assertThat(all("/v1/sessions")).contains(id);
    var thread = ok(api.get(path + "/threads")).items("data").getFirst();
    assertThat(((Json.Obj) thread).text("status")).isEqualTo("compacting");
    api.woken.clear();
    api.say(path, "hello");
    assertThat(api.woken).isEmpty();
    assertThat(ok(api.get(path)).text("status")).isEqualTo("compacting");
    assertThat(api.post(path + "/archive").status()).isEqualTo(400);
    assertThat(api.delete(path).status()).isEqualTo(400);
    assertThat(api.get("/v1/sessions?statuses[]=other").status()).isEqualTo(400);
    assertThat(ok(api.post(path, "{\"title\":\"t\"}")).text("status")).isEqualTo("compacting");
  }

  @Test
  void aToolUseThatWaitsForWhatTomorrowTakesIsKept() throws Exception {
    var path = api.session();
    var id = path.substring("/v1/sessions/".length());
    write("UPDATE session SET awaited = 'approval:sevt_1 result:sevt_2' WHERE id = ?", id);
    var answer =
        "{\"events\":[{\"type\":\"user.tool_confirmation\",\"tool_use_id\":\"sevt_1\","
            + "\"result\":\"allow\"}]}";
    assertThat(api.post(path + "/events", answer).status()).isEqualTo(400);
    var result =
        "{\"events\":[{\"type\":\"user.custom_tool_result\",\"custom_tool_use_id\":\"sevt_2\"}]}";
    ok(api.post(path + "/events", result));
    write("UPDATE session SET started = started WHERE id = ? AND awaited = 'approval:sevt_1'", id);
  }

  // What nobody can read

  @ParameterizedTest
  @ValueSource(strings = {"", "{", "[1]", "1", "null", "\"text\"", "{} {}", "{\"a\":1,\"a\":2}"})
  void aRowThatCannotBeReadIsLeftOutOfListsAndStopsNoOther(String damaged) throws Exception {
    var agent = api.agent();
    var environment = api.environment();
    var session = api.session();
    var id = session.substring("/v1/sessions/".length());
    write("UPDATE document SET json = ? WHERE id = ?", damaged, agent);
    write("UPDATE document SET json = ? WHERE id = ?", damaged, environment);
    write(
        "UPDATE session_origin SET newer = ? WHERE session_key = (SELECT key FROM session WHERE id"
            + " = ?)",
        damaged,
        id);
    var healthy = List.of(api.agent(), api.environment());
    assertThat(all("/v1/agents")).contains(healthy.getFirst()).doesNotContain(agent);
    assertThat(all("/v1/environments")).contains(healthy.getLast()).doesNotContain(environment);
    assertThat(all("/v1/sessions")).doesNotContain(id);
    for (var path : List.of("/v1/agents/" + agent, "/v1/environments/" + environment, session)) {
      assertThat(api.get(path).status()).as(path).isEqualTo(500);
    }
    assertThat(ok(api.get("/v1/agents/" + agent + "/versions")).items("data")).isEmpty();
  }
}
