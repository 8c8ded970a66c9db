package dev.drover.api;

import static org.assertj.core.api.Assertions.assertThat;

import dev.drover.base.Json;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// How environments change, and end.
final class EnvironmentRoutesTest {
  private final Api api = new Api();
  private String environment = "";
  private Json.Obj first = Json.EMPTY;

  @BeforeEach
  void makeAnEnvironment() throws Exception {
    first =
        api.post(
                "/v1/environments",
                "{\"name\":\"one\",\"description\":\"d\",\"config\":{\"type\":\"cloud\","
                    + "\"networking\":{\"type\":\"limited\",\"allowed_hosts\":[\"a.example\"],"
                    + "\"allow_package_managers\":true}},\"metadata\":{\"a\":\"1\",\"b\":\"2\"}}")
            .body();
    environment = "/v1/environments/" + first.text("id");
  }

  @AfterEach
  void stop() {
    api.close();
  }

  private Json.Obj update(String body) throws Exception {
    var answer = api.post(environment, body);
    assertThat(answer.status()).as("%s", answer.body()).isEqualTo(200);
    assertThat(api.get(environment).body()).isEqualTo(answer.body());
    return answer.body();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "{\"name\":\"two\"} | name | \"two\"",
        "{\"description\":null} | description | null",
        "{\"description\":\"\"} | description | \"\"",
        "{\"metadata\":{\"a\":null,\"b\":\"\",\"c\":\"3\",\"never\":\"\"}} | metadata |"
            + " {\"c\":\"3\"}",
      })
  void whatIsSentChangesAndTheRestStays(String sent, String field, String shown) throws Exception {
    var changed = update(sent);
    assertThat(changed.with("updated_at", first.text("updated_at")))
        .isEqualTo(first.with(field, Json.trusted(shown)));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "{\"type\":\"unrestricted\"} | {\"type\":\"unrestricted\"}",
        "{\"type\":\"limited\",\"allow_mcp_servers\":true,\"allowed_hosts\":null} |"
            + " {\"type\":\"limited\",\"allowed_hosts\":[\"a.example\"],\"allow_mcp_servers\":true,"
            + "\"allow_package_managers\":true}",
        "{\"type\":\"limited\",\"allowed_hosts\":[],\"allow_package_managers\":false} |"
            + " {\"type\":\"limited\",\"allowed_hosts\":[],\"allow_mcp_servers\":false,"
            + "\"allow_package_managers\":false}",
      })
  void networkingIsMerged(String sent, String shown) throws Exception {
    var changed =
        update(
            "{\"config\":{\"type\":\"cloud\",\"networking\":"
                + sent
                + ",\"packages\":{\"pip\":[]}}}");
    assertThat(changed.object("config").get("networking")).hasValue(Json.trusted(shown));
  }

  @Test
  void packagesAreMergedByPackageManager() throws Exception {
    update("{\"config\":{\"type\":\"cloud\",\"packages\":{\"pip\":[\"a==1\",\"b\"]}}}");
    var changed =
        update("{\"config\":{\"type\":\"cloud\",\"packages\":{\"npm\":[\"c\"],\"pip\":null}}}");
    assertThat(changed.object("config").get("packages"))
        .hasValue(
            Json.trusted(
                "{\"type\":\"packages\",\"apt\":[],\"cargo\":[],\"gem\":[],\"go\":[],"
                    + "\"npm\":[\"c\"],\"pip\":[\"a==1\",\"b\"]}"));
    var without = update("{\"config\":{\"type\":\"cloud\",\"packages\":{\"npm\":[],\"pip\":[]}}}");
    assertThat(without).isEqualTo(first.with("updated_at", without.text("updated_at")));
  }

  @Test
  void limitsOverAnOpenNetworkStartFromNothing() throws Exception {
    update("{\"config\":{\"type\":\"cloud\",\"networking\":{\"type\":\"unrestricted\"}}}");
    var changed = update("{\"config\":{\"type\":\"cloud\",\"networking\":{\"type\":\"limited\"}}}");
    assertThat(changed.object("config").get("networking"))
        .hasValue(
            Json.trusted(
                "{\"type\":\"limited\",\"allowed_hosts\":[],\"allow_mcp_servers\":false,"
                    + "\"allow_package_managers\":false}"));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "{}",
        "{\"name\":null,\"config\":null,\"metadata\":null,\"scope\":null}",
        "{\"config\":{\"type\":\"cloud\"},\"scope\":\"organization\"}",
        "{\"config\":{\"type\":\"cloud\",\"networking\":null,\"packages\":null}}",
        "{\"config\":{\"type\":\"cloud\",\"networking\":{\"type\":\"limited\"}}}",
      })
  void anUpdateThatChangesNothingMovesNoTime(String body) throws Exception {
    assertThat(update(body)).isEqualTo(first);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "{\"name\":\"\"} | null | name: must have 1 to 256 characters",
        "{\"config\":{}} | null | config.type: field required",
        "{\"config\":{\"type\":\"self_hosted\"}} | invalid_config_type_change | config.type: a"
            + " cloud environment cannot become self_hosted",
        "{\"config\":{\"type\":\"cloud\",\"packages\":{\"gem\":[\"x\"]}}} | null |"
            + " config.packages.gem: this server cannot install packages with gem; it can with:"
            + " npm, pip",
        "{\"config\":{\"type\":\"cloud\",\"packages\":{\"pip\":[\"-e\"]}}} | null |"
            + " config.packages.pip: must be packages, each with at most 256 characters, without"
            + " control characters and without a hyphen at its beginning",
        "{\"config\":{\"type\":\"cloud\",\"packages\":{\"npm\":[\"a\\nb\"]}}} | null |"
            + " config.packages.npm: must be packages, each with at most 256 characters, without"
            + " control characters and without a hyphen at its beginning",
        "{\"config\":{\"type\":\"cloud\",\"packages\":{\"pip\":[1]}}} | null |"
            + " config.packages.pip: must be a string",
        "{\"config\":{\"type\":\"cloud\",\"packages\":{\"nix\":[]}}} | null |"
            + " config.packages.nix: unknown field",
        "{\"config\":{\"type\":\"cloud\",\"networking\":{\"type\":\"limited\","
            + "\"allow_package_managers\":false},\"packages\":{\"pip\":[\"x\"]}}} | null |"
            + " config.packages: need networking.allow_package_managers if the networking is"
            + " limited",
        "{\"config\":{\"type\":\"cloud\",\"networking\":{\"type\":\"limited\",\"allowed_hosts\":"
            + "[\"http://a\"]}}} | null | config.networking.allowed_hosts: must be bare host names"
            + " or \"*.domain\", without scheme, port or path",
        "{\"metadata\":{\"\":\"x\"}} | invalid_metadata | metadata: keys must have 1 to 64"
            + " characters",
        "{\"metadata\":{\"a\":1}} | null | metadata.a: must be a string",
        "{\"scope\":\"account\"} | null | scope: must be \"organization\"",
        "{\"id\":\"env_01a\"} | null | id: unknown field",
      })
  void aBadUpdateChangesNothing(String body, String code, String message) throws Exception {
    var answer = api.post(environment, body);
    assertThat(answer.status()).isEqualTo(400);
    assertThat(answer.error()).isEqualTo("invalid_request_error: " + message);
    assertThat(String.valueOf(answer.body().object("error").object("details").text("error_code")))
        .isEqualTo(code);
    assertThat(api.get(environment).body()).isEqualTo(first);
  }

  @Test
  void allThatIsWrongWithMetadataIsNamed() throws Exception {
    var metadata = Json.obj("long", "x".repeat(513), "k".repeat(65), "v");
    for (int i = 0; i < 16; i++) {
      metadata = metadata.with("k" + i, "v");
    }
    var body = Json.obj("name", "two", "metadata", metadata).toString();
    for (var path : new String[] {"/v1/environments", environment}) {
      var answer = api.post(path, body);
      assertThat(answer.error())
          .isEqualTo(
              "invalid_request_error: metadata: the value of long must have at most 512"
                  + " characters; keys must have 1 to 64 characters; must contain no more than 16"
                  + " pairs");
      assertThat(answer.body().object("error").object("details").text("error_code"))
          .isEqualTo("invalid_metadata");
    }
  }

  @Test
  void aNameInUseIsAConflictThatIsNotRetried() throws Exception {
    var two = api.post("/v1/environments", "{\"name\":\"two\"}").text("id");
    for (var path : List.of(environment, "/v1/environments")) {
      var answer = api.post(path, "{\"name\":\"two\"}");
      assertThat(answer.status()).isEqualTo(409);
      assertThat(answer.error())
          .isEqualTo("conflict_error: An environment named \"two\" already exists: " + two + ".");
      assertThat(answer.headers().firstValue("x-should-retry")).hasValue("false");
    }
  }

  @Test
  void anArchivedEnvironmentIsShownAndServesNoNewSession() throws Exception {
    var archived = api.post(environment + "/archive");
    assertThat(archived.status()).isEqualTo(200);
    assertThat(archived.text("state")).isEqualTo("archived");
    assertThat(archived.text("archived_at")).isNotEqualTo("null");
    assertThat(api.post(environment + "/archive").body()).isEqualTo(archived.body());
    assertThat(api.get(environment).body()).isEqualTo(archived.body());
    assertThat(api.get("/v1/environments").data("id")).isEmpty();
    assertThat(api.get("/v1/environments?include_archived=true").data("id"))
        .containsExactly(first.text("id"));
    var update = api.post(environment, "{}");
    assertThat(update.status()).isEqualTo(400);
    assertThat(update.body().object("error").object("details").text("error_code"))
        .isEqualTo("environment_archived");
    var body = Json.obj("agent", api.agent(), "environment_id", first.text("id"));
    assertThat(api.post("/v1/sessions", body.toString()).error())
        .isEqualTo("invalid_request_error: Environment " + first.text("id") + " is archived.");
  }

  @Test
  void anEnvironmentThatASessionRefersToIsNotDeleted() throws Exception {
    var body = Json.obj("agent", api.agent(), "environment_id", first.text("id"));
    var session = "/v1/sessions/" + api.post("/v1/sessions", body.toString()).text("id");
    var refused = api.delete(environment);
    assertThat(refused.status()).isEqualTo(409);
    assertThat(refused.body().object("error").text("type")).isEqualTo("conflict_error");
    assertThat(refused.headers().firstValue("x-should-retry")).hasValue("false");
    api.delete(session);
    var deleted = api.delete(environment);
    assertThat(deleted.status()).isEqualTo(200);
    assertThat(deleted.body())
        .isEqualTo(Json.obj("id", first.text("id"), "type", "environment_deleted"));
    assertThat(api.get(environment).status()).isEqualTo(404);
    assertThat(api.delete(environment).status()).isEqualTo(404);
    assertThat(api.post(environment, "{}").status()).isEqualTo(404);
    assertThat(api.post("/v1/sessions", body.toString()).status()).isEqualTo(404);
  }
}
