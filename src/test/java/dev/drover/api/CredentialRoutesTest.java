package dev.drover.api;

import static org.assertj.core.api.Assertions.assertThat;

import dev.drover.base.Json;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/// The routes of vaults and credentials: what they accept, what they refuse, and that no answer has
/// a secret.
@Tag("database")
final class CredentialRoutesTest {
  private static final String SECRET = "canary";
  private static final String URL = "\"mcp_server_url\":\"https://mcp.example/\"";
  private static final String REFRESH =
      "{\"token_endpoint\":\"https://auth.example/token\",\"client_id\":\"me\","
          + "\"refresh_token\":\"canary-r\",\"token_endpoint_auth\":{\"type\":\"client_secret_basic\","
          + "\"client_secret\":\"canary-c\"},\"scope\":\"read\",\"resource\":\"urn:x\"}";

  @TempDir static Path data;
  private static Api api;

  @BeforeAll
  static void start() throws Exception {
    api = new Api(Server.Settings.PING, data.resolve("drover.db"));
  }

  @AfterAll
  static void stop() {
    api.close();
  }

  private static String vault() throws Exception {
    return "/v1/vaults/" + api.post("/v1/vaults", "{\"display_name\":\"V\"}").text("id");
  }

  private static Api.Answer create(String vault, String auth) throws Exception {
    var answer = api.post(vault + "/credentials", "{\"auth\":" + auth + "}");
    assertThat(answer.body().toString()).doesNotContain(SECRET);
    return answer;
  }

  private static Api.Answer post(String path, String body) throws Exception {
    var answer = api.post(path, body);
    assertThat(answer.body().toString()).doesNotContain(SECRET);
    return answer;
  }

  private static Json.Obj auth(Api.Answer answer) {
    assertThat(answer.status()).as(answer.body().toString()).isEqualTo(200);
    return answer.body().object("auth");
  }

  @Test
  void aCredentialWithOauthShowsEverythingButItsSecrets() throws Exception {
    var vault = vault();
    var made =
        create(
            vault,
            "{\"type\":\"mcp_oauth\","
                + URL
                + ",\"access_token\":\"canary-a\",\"expires_at\":\"2999-01-01T00:00:00+01:00\",\"refresh\":"
                + REFRESH
                + "}");
    assertThat(auth(made).toString())
        .isEqualTo(
            "{\"type\":\"mcp_oauth\",\"mcp_server_url\":\"https://mcp.example/\",\"refresh\":{"
                + "\"token_endpoint\":\"https://auth.example/token\",\"client_id\":\"me\","
                + "\"token_endpoint_auth\":{\"type\":\"client_secret_basic\"},\"resource\":\"urn:x\","
                + "\"scope\":\"read\"},\"expires_at\":\"2998-12-31T23:00:00.000000Z\"}");
    var path = vault + "/credentials/" + made.text("id");
    assertThat(api.get(path).body()).isEqualTo(made.body());
    var changed =
        post(
            path,
            "{\"auth\":{\"type\":\"mcp_oauth\",\"access_token\":\"canary-b\",\"refresh\":{"
                + "\"scope\":\"\",\"token_endpoint_auth\":{\"type\":\"client_secret_post\","
                + "\"client_secret\":\"canary-d\"}}}}");
    assertThat(auth(changed).object("refresh").get("scope")).isEmpty();
    assertThat(auth(changed).object("refresh").object("token_endpoint_auth").text("type"))
        .isEqualTo("client_secret_basic");
    assertThat(auth(changed).text("expires_at")).isEqualTo("2998-12-31T23:00:00.000000Z");
    assertThat(api.get(vault + "/credentials").body().items("data"))
        .containsExactly(api.get(path).body());
  }

  @Test
  void namesAndMetadataChangeAlone() throws Exception {
    var vault = vault();
    var path =
        vault
            + "/credentials/"
            + create(vault, "{\"type\":\"static_bearer\"," + URL + ",\"token\":\"canary\"}")
                .text("id");
    var made = api.get(path).body();
    assertThat(made.get("display_name")).contains(Json.NULL);
    assertThat(post(path, "{}").body()).isEqualTo(made);
    var changed = post(path, "{\"display_name\":\"N\",\"metadata\":{\"a\":\"1\",\"b\":\"2\"}}");
    assertThat(changed.text("display_name")).isEqualTo("N");
    changed = post(path, "{\"display_name\":null,\"metadata\":{\"a\":null}}");
    assertThat(changed.text("display_name")).isEqualTo("N");
    assertThat(changed.body().object("metadata")).isEqualTo(Json.obj("b", "2"));
    assertThat(changed.body().object("auth")).isEqualTo(made.object("auth"));
  }

  @Test
  void placesOfAVariableMergeOneByOneAndItsHostsAsAWhole() throws Exception {
    var vault = vault();
    var head = "{\"type\":\"environment_variable\",\"secret_value\":\"canary\",\"secret_name\":";
    var made =
        create(
            vault,
            head
                + "\"A\",\"networking\":{\"type\":\"limited\",\"allowed_hosts\":[\"*.a.example\",\"192.0.2.1\"]}}");
    assertThat(auth(made).object("injection_location"))
        .isEqualTo(Json.obj("header", true, "body", true));
    var one =
        create(
            vault,
            head
                + "\"B\",\"networking\":{\"type\":\"unrestricted\"},\"injection_location\":{\"body\":true}}");
    assertThat(auth(one).object("injection_location"))
        .isEqualTo(Json.obj("header", false, "body", true));
    var path = vault + "/credentials/" + one.text("id");
    var both =
        "{\"auth\":{\"type\":\"environment_variable\",\"injection_location\":{\"header\":true}}}";
    assertThat(auth(post(path, both)).object("injection_location"))
        .isEqualTo(Json.obj("header", true, "body", true));
    var limited =
        "{\"auth\":{\"type\":\"environment_variable\",\"networking\":{\"type\":\"limited\",\"allowed_hosts\":[\"b.example\"]}}}";
    assertThat(auth(post(path, limited)).object("networking"))
        .isEqualTo(Json.obj("type", "limited", "allowed_hosts", List.of("b.example")));
    var none =
        "{\"auth\":{\"type\":\"environment_variable\",\"injection_location\":{\"header\":false,\"body\":false}}}";
    assertThat(post(path, none).error())
        .isEqualTo("invalid_request_error: auth.injection_location: header or body must be true");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '~',
      value = {
        "{\"type\":\"x\"} | auth.type: must be one of mcp_oauth, static_bearer,"
            + " environment_variable",
        "{} | auth.type: field required",
        "[] | auth: must be an object",
        "{\"type\":\"static_bearer\",URL} | auth.token: field required",
        "{\"type\":\"static_bearer\",\"token\":\"canary\"} | auth.mcp_server_url: field required",
        "{\"type\":\"static_bearer\",URL,\"token\":\"\"} | auth.token: must have 1 to 8192"
            + " characters",
        "{\"type\":\"static_bearer\",URL,\"token\":\"canary \"} | auth.token: must be printable"
            + " ASCII without spaces",
        "{\"type\":\"static_bearer\",URL,\"token\":\"canary\\r"
            + "\\n"
            + "x: y\"} | auth.token: must not contain control characters",
        "{\"type\":\"static_bearer\",URL,\"token\":{\"canary\":1}} | auth.token: must be a string",
        "{\"type\":\"static_bearer\",URL,\"token\":\"canary\",\"canary\":1} | ANY",
        "{\"type\":\"static_bearer\",\"token\":\"canary\",\"mcp_server_url\":\"ftp://canary\"} |"
            + " auth.mcp_server_url: must be an http or https URL without user or fragment",
        "{\"type\":\"static_bearer\",\"token\":\"canary\",\"mcp_server_url\":\"https://u:canary@a.example\"}"
            + " | auth.mcp_server_url: must be an http or https URL without user or fragment",
        "{\"type\":\"static_bearer\",\"token\":\"canary\",\"mcp_server_url\":\"https://a.example/#canary\"}"
            + " | auth.mcp_server_url: must be an http or https URL without user or fragment",
        "{\"type\":\"static_bearer\",\"token\":\"canary\",\"mcp_server_url\":\"https://a"
            + " b/canary\"} | auth.mcp_server_url: must be an http or https URL without user or"
            + " fragment",
        "{\"type\":\"mcp_oauth\",URL,\"access_token\":\"canary\",\"expires_at\":\"2001-01-01T00:00:00Z\"}"
            + " | auth.expires_at: must be in the future.",
        "{\"type\":\"mcp_oauth\",URL,\"access_token\":\"canary\",\"expires_at\":\"soon\"} |"
            + " auth.expires_at: must be a time of RFC 3339",
        "{\"type\":\"mcp_oauth\",URL,\"access_token\":\"canary\",\"refresh\":{}} |"
            + " auth.refresh.refresh_token: field required",
        "{\"type\":\"mcp_oauth\",URL,\"access_token\":\"canary\",\"refresh\":{\"refresh_token\":\"canary\",\"token_endpoint_auth\":{\"type\":\"jwt\"}}}"
            + " | auth.refresh.token_endpoint_auth.type: must be none, client_secret_basic or"
            + " client_secret_post",
        "{\"type\":\"mcp_oauth\",URL,\"access_token\":\"canary\",\"refresh\":{\"refresh_token\":\"canary\",\"token_endpoint_auth\":{\"type\":\"none\",\"client_secret\":\"canary\"}}}"
            + " | auth.refresh.token_endpoint_auth.client_secret: unknown field",
        "{\"type\":\"mcp_oauth\",URL,\"access_token\":\"canary\",\"refresh\":{\"refresh_token\":\"canary\",\"token_endpoint_auth\":{\"type\":\"none\"},\"client_id\":\"a\",\"token_endpoint\":\"/canary\"}}"
            + " | auth.refresh.token_endpoint: must be an http or https URL without user or"
            + " fragment",
        "{\"type\":\"environment_variable\",\"secret_name\":\"A\",\"secret_value\":\"canary\"} |"
            + " auth.networking: field required",
        "{\"type\":\"environment_variable\",\"secret_name\":\"1A\",\"secret_value\":\"canary\",OPEN}"
            + " | auth.secret_name: must have letters, digits and \"_\", and no digit first",
        "{\"type\":\"environment_variable\",\"secret_name\":\"https_proxy\",\"secret_value\":\"canary\",OPEN}"
            + " | auth.secret_name: is a variable that programs of the sandbox need",
        "{\"type\":\"environment_variable\",\"secret_name\":\"PIP_CERT\",\"secret_value\":\"canary\",OPEN}"
            + " | auth.secret_name: is a variable that programs of the sandbox need",
        "{\"type\":\"environment_variable\",\"secret_name\":\"SHELLOPTS\",\"secret_value\":\"canary\",OPEN}"
            + " | auth.secret_name: is a variable that programs of the sandbox need",
        "{\"type\":\"environment_variable\",\"secret_name\":\"npm_config_prefix\",\"secret_value\":\"canary\",OPEN}"
            + " | auth.secret_name: is a variable that programs of the sandbox need",
        "{\"type\":\"environment_variable\",\"secret_name\":\"LD_PRELOAD\",\"secret_value\":\"canary\",OPEN}"
            + " | auth.secret_name: is a variable that programs of the sandbox need",
        "{\"type\":\"environment_variable\",\"secret_name\":\"A\",\"secret_value\":\"canary\",OPEN,\"injection_location\":null}"
            + " | auth.injection_location: must not be null; leave it out",
        "{\"type\":\"environment_variable\",\"secret_name\":\"A\",\"secret_value\":\"canary\",OPEN,\"injection_location\":{\"body\":null}}"
            + " | auth.injection_location.body: must not be null; leave it out",
        "{\"type\":\"environment_variable\",\"secret_name\":\"A\",\"secret_value\":\"canary\",OPEN,\"injection_location\":{}}"
            + " | auth.injection_location: header or body must be true",
        "{\"type\":\"environment_variable\",\"secret_name\":\"A\",\"secret_value\":\"canary\",\"networking\":{\"type\":\"limited\"}}"
            + " | auth.networking.allowed_hosts: field required",
        "{\"type\":\"environment_variable\",\"secret_name\":\"A\",\"secret_value\":\"canary\",\"networking\":{\"type\":\"limited\",\"allowed_hosts\":[]}}"
            + " | auth.networking.allowed_hosts: must contain 1 to 16 items",
        "{\"type\":\"environment_variable\",\"secret_name\":\"A\",\"secret_value\":\"canary\",\"networking\":{\"type\":\"limited\",\"allowed_hosts\":[\"https://a\"]}}"
            + " | auth.networking.allowed_hosts: must be bare host names, IPv4 addresses or"
            + " \"*.domain\"",
        "{\"type\":\"environment_variable\",\"secret_name\":\"A\",\"secret_value\":\"canary\",\"networking\":{\"type\":\"limited\",\"allowed_hosts\":[\"a:80\"]}}"
            + " | auth.networking.allowed_hosts: must be bare host names, IPv4 addresses or"
            + " \"*.domain\"",
      })
  void whatIsNotACredentialIsRefusedWithoutRepeatingIt(String auth, String message)
      throws Exception {
    var body =
        auth.replace("URL", URL).replace("OPEN", "\"networking\":{\"type\":\"unrestricted\"}");
    var answer = api.post(vault() + "/credentials", "{\"auth\":" + body + "}");
    assertThat(answer.status()).isEqualTo(400);
    if (!message.equals("ANY")) { // the name of an unknown field is not a secret
      assertThat(answer.error()).isEqualTo("invalid_request_error: " + message);
      assertThat(answer.error()).doesNotContain(SECRET);
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "{\"auth\":{\"type\":\"static_bearer\",\"token\":\"canary\"}",
        "{\"auth\":\"canary\"}",
        "canary",
        "[\"canary\"]",
        "{\"auth\":{\"type\":\"static_bearer\",\"token\":\"canary\",\"token\":\"canary\"}}"
      })
  void abodyThatCannotBeReadIsNotRepeated(String body) throws Exception {
    assertThat(post(vault() + "/credentials", body).status()).isEqualTo(400);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '~',
      value = {
        "{\"type\":\"static_bearer\"} | auth.type: must be \"mcp_oauth\", which cannot be changed",
        "{\"type\":\"mcp_oauth\",\"mcp_server_url\":\"https://x\"} | auth.mcp_server_url: unknown"
            + " field",
        "{\"type\":\"mcp_oauth\",\"refresh\":{\"token_endpoint\":\"https://x\"}} |"
            + " auth.refresh.token_endpoint: unknown field",
        "{\"type\":\"mcp_oauth\",\"refresh\":{\"client_id\":\"x\"}} | auth.refresh.client_id:"
            + " unknown field",
        "{\"type\":\"mcp_oauth\",\"refresh\":{\"token_endpoint_auth\":{\"type\":\"none\"}}} |"
            + " auth.refresh.token_endpoint_auth.type: must be client_secret_basic or"
            + " client_secret_post",
        "{\"type\":\"mcp_oauth\",\"expires_at\":\"2001-01-01T00:00:00Z\"} | auth.expires_at: must"
            + " be in the future.",
      })
  void whatCannotBeChangedIsRefused(String auth, String message) throws Exception {
    var vault = vault();
    var head = "{\"type\":\"mcp_oauth\",";
    var id =
        create(vault, head + URL + ",\"access_token\":\"canary\",\"refresh\":" + REFRESH + "}")
            .text("id");
    var answer = post(vault + "/credentials/" + id, "{\"auth\":" + auth + "}");
    assertThat(answer.error()).isEqualTo("invalid_request_error: " + message);
  }

  @Test
  void aRefreshTokenCannotBeAddedNorASecretToAClientWithoutOne() throws Exception {
    var vault = vault();
    var without = create(vault, "{\"type\":\"mcp_oauth\"," + URL + ",\"access_token\":\"canary\"}");
    var refresh = "{\"auth\":{\"type\":\"mcp_oauth\",\"refresh\":{\"refresh_token\":\"canary\"}}}";
    assertThat(post(vault + "/credentials/" + without.text("id"), refresh).error())
        .isEqualTo("invalid_request_error: auth.refresh: cannot be added to a credential");
    var open =
        create(
            vault,
            "{\"type\":\"mcp_oauth\",\"mcp_server_url\":\"https://other.example\",\"access_token\":\"canary\","
                + "\"refresh\":{\"token_endpoint\":\"https://auth.example\",\"client_id\":\"me\","
                + "\"refresh_token\":\"canary\",\"token_endpoint_auth\":{\"type\":\"none\"}}}");
    var secret =
        "{\"auth\":{\"type\":\"mcp_oauth\",\"refresh\":{\"token_endpoint_auth\":{"
            + "\"type\":\"client_secret_post\",\"client_secret\":\"canary\"}}}}";
    assertThat(post(vault + "/credentials/" + open.text("id"), secret).error())
        .isEqualTo(
            "invalid_request_error: auth.refresh.token_endpoint_auth.client_secret: cannot be set,"
                + " because the credential has the type none");
  }

  @Test
  void aSecondCredentialForAServerIsAConflictThatIsNotRetried() throws Exception {
    var vault = vault();
    var auth = "{\"type\":\"static_bearer\",URL,\"token\":\"canary\"}".replace("URL", URL);
    var first = create(vault, auth);
    var second = create(vault, auth.replace("https://mcp.example/", "https://MCP.example"));
    assertThat(second.status()).isEqualTo(409);
    assertThat(second.error())
        .isEqualTo(
            "conflict_error: Credential "
                + first.text("id")
                + " of this vault is for the same server or variable. Archive it first.");
    var path = vault + "/credentials/" + first.text("id");
    var archived = post(path + "/archive", "");
    assertThat(archived.text("archived_at")).isNotNull();
    assertThat(post(path + "/archive", "").body()).isEqualTo(archived.body());
    assertThat(post(path, "{\"display_name\":\"x\"}").error())
        .isEqualTo("invalid_request_error: Credential is archived.");
    assertThat(post(path + "/mcp_oauth_validate", "").error())
        .startsWith("invalid_request_error: Only credentials of the type mcp_oauth");
    assertThat(create(vault, auth).status()).isEqualTo(200);
    assertThat(api.delete(path).body())
        .isEqualTo(Json.obj("id", first.text("id"), "type", "vault_credential_deleted"));
    assertThat(api.get(path).status()).isEqualTo(404);
  }

  private static Api.Answer session(String vaults) throws Exception {
    var body =
        Json.obj(
            "agent",
            api.agent(),
            "environment_id",
            api.environment(),
            "vault_ids",
            Json.trusted(vaults));
    return api.post("/v1/sessions", body.toString());
  }

  @Test
  void aSessionNamesVaultsInTheirOrder() throws Exception {
    var one = vault().substring("/v1/vaults/".length());
    var two = vault().substring("/v1/vaults/".length());
    var path = "/v1/sessions/" + session(Json.of(List.of(two, one)).toString()).text("id");
    assertThat(api.get(path).body().items("vault_ids")).containsExactly(Json.of(two), Json.of(one));
    assertThat(api.get("/v1/sessions").body().items("data"))
        .anyMatch(session -> session instanceof Json.Obj it && it.items("vault_ids").size() == 2);
    api.delete("/v1/vaults/" + one);
    assertThat(api.get(path).body().items("vault_ids")).hasSize(2);
    assertThat(post(path, "{\"vault_ids\":[]}").error())
        .isEqualTo("invalid_request_error: vault_ids: cannot be updated");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '~',
      value = {
        "[\"vlt_01none\"] | 404 | not_found_error: Referenced vault not found or not accessible.",
        "[\"x\"] | 400 | invalid_request_error: vault_ids.0: Invalid vault ID",
        "[1] | 400 | invalid_request_error: vault_ids: must be a string",
        "{} | 400 | invalid_request_error: vault_ids: must be an array",
        "[\"ARCHIVED\"] | 400 | invalid_request_error: Vault ARCHIVED is archived.",
      })
  void aSessionNamesOnlyVaultsThatThereAre(String vaults, int status, String message)
      throws Exception {
    var archived = vault();
    post(archived + "/archive", "");
    var id = archived.substring("/v1/vaults/".length());
    var answer = session(vaults.replace("ARCHIVED", id));
    assertThat(answer.status()).isEqualTo(status);
    assertThat(answer.error()).isEqualTo(message.replace("ARCHIVED", id));
  }
}
