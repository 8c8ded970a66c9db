package dev.drover.api;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.drover.base.Json;
import dev.drover.base.Problem;
import java.io.ByteArrayInputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.net.URI;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/// What is refused, and in which words.
final class RefusalsTest {
  private final Api api = new Api();
  private String session = "";

  @BeforeEach
  void makeASession() throws Exception {
    session = api.session();
  }

  @AfterEach
  void stop() {
    api.close();
  }

  private HttpRequest.Builder bare(String path) {
    return HttpRequest.newBuilder(java.net.URI.create(api.url(path)));
  }

  @Test
  void healthNeedsNoKey() throws Exception {
    var answer = api.send(bare("/health").build());
    assertThat(answer.status()).isEqualTo(200);
    assertThat(answer.body()).isEqualTo(Json.obj("status", "ok"));
  }

  @Test
  void anUnknownPathIsNotFoundEvenWithoutAKey() throws Exception {
    for (var path :
        new String[] {"/", "/v1", "/v1/agents/", "/v1/nothing", "/v1/agents/a/b/c", "/v1/%zz"}) {
      if (path.contains("%")) {
        assertThat(api.raw("GET " + path + " HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n"))
            .contains("HTTP/1.1 40");
        continue;
      }
      var answer = api.send(bare(path).build());
      assertThat(answer.status()).isEqualTo(404);
      assertThat(answer.error()).isEqualTo("not_found_error: not found");
    }
  }

  @Test
  void aKeyIsAskedForBeforeTheBodyIsLookedAt() throws Exception {
    var without = bare("/v1/agents").POST(BodyPublishers.ofString("{")).build();
    var wrong = bare("/v1/agents").header("Authorization", "Bearer sk-wrong").GET().build();
    var empty = bare("/v1/agents").header("Authorization", "Bearer ").GET().build();
    var basic = bare("/v1/agents").header("Authorization", "Basic " + Api.KEY).GET().build();
    for (var request : new HttpRequest[] {without, wrong, empty, basic}) {
      var answer = api.send(request);
      assertThat(answer.status()).isEqualTo(401);
      assertThat(answer.error()).isEqualTo("authentication_error: Authentication failed");
    }
  }

  @Test
  void eitherHeaderMayCarryTheKey() throws Exception {
    var apiKey = bare("/v1/agents").header("X-Api-Key", Api.KEY).GET().build();
    assertThat(api.send(apiKey).status()).isEqualTo(200);
    var both =
        bare("/v1/agents")
            .header("X-Api-Key", "other")
            .header("Authorization", "bearer " + Api.KEY)
            .header("anthropic-version", "2023-06-01")
            .header("anthropic-beta", "foo-1")
            .GET()
            .build();
    assertThat(api.send(both).status()).isEqualTo(200);
  }

  @Test
  void aWrongMethodNamesTheRightOnes() throws Exception {
    var put = api.send(api.request(session).PUT(BodyPublishers.ofString("{}")).build());
    assertThat(put.status()).isEqualTo(405);
    assertThat(put.error()).isEqualTo("invalid_request_error: method not allowed");
    assertThat(put.headers().firstValue("allow")).hasValue("DELETE, GET, POST");
    var options = api.send(bare("/v1/agents").method("OPTIONS", BodyPublishers.noBody()).build());
    assertThat(options.status()).isEqualTo(204);
    assertThat(options.headers().firstValue("allow")).hasValue("GET, POST");
  }

  @Test
  void headAnswersWithHeadersAlone() throws Exception {
    var length = api.get("/v1/agents").headers().firstValue("content-length").orElse("");
    var head = api.send(api.request("/v1/agents").HEAD().build());
    assertThat(head.status()).isEqualTo(200);
    assertThat(head.headers().firstValue("content-length")).hasValue(length);
    assertThat(api.send(api.request(session + "/events/stream").HEAD().build()).status())
        .isEqualTo(200);
    var both = "HEAD %s/events/stream HTTP/1.1\r\nHost: a\r\nX-Api-Key: %s\r\n%s\r\n";
    var raw =
        api.raw(
            both.formatted(session, Api.KEY, "")
                + both.formatted(session, Api.KEY, "Connection: close\r\n"));
    assertThat(raw.split("\r\n\r\n", -1)).hasSize(3).endsWith("");
    assertThat(raw).doesNotContain("\r\n0\r\n");
    assertThat(api.get("/v1/agents").status()).isEqualTo(200);
  }

  static Stream<String[]> sends() {
    String text = "{\"type\":\"text\",\"text\":\"a\"}";
    return Stream.of(
        new String[] {"{}", "events: must contain at least 1 item"},
        new String[] {"{\"events\":[]}", "events: must contain at least 1 item"},
        new String[] {"{\"events\":{}}", "events: must be an array"},
        new String[] {"{\"events\":[1]}", "events.0: must be an object"},
        new String[] {"{\"events\":[{}]}", "events.0.type: field required"},
        new String[] {"{\"events\":[],\"x\":1}", "x: unknown field"},
        new String[] {event("{\"type\":\"nope\"}"), "events.0.type: unknown event type"},
        new String[] {
          event("{\"type\":\"user.tool_result\"}"),
          "events.0.type: \"user.tool_result\" is for environments of type self_hosted only; this"
              + " session's tools run on the server"
        },
        new String[] {
          event("{\"type\":\"user.define_outcome\"}"),
          "events.0.type: \"user.define_outcome\" is not supported by this version of Drover: it"
              + " has no graders"
        },
        new String[] {
          event("{\"type\":\"system.message\"}"), "events.0.content: must contain at least 1 item"
        },
        new String[] {
          event("{\"type\":\"system.message\",\"content\":[" + text + "]}"), PLACE.formatted(0)
        },
        new String[] {
          event(message(text) + "," + system(text) + "," + message(text)), PLACE.formatted(1)
        },
        new String[] {
          event(message(text) + "," + system(text) + "," + system(text)), PLACE.formatted(1)
        },
        new String[] {event("{\"type\":\"user.interrupt\"}," + system(text)), PLACE.formatted(1)},
        new String[] {
          event("{\"type\":\"user.tool_confirmation\",\"result\":\"allow\"}"),
          "events.0.tool_use_id: field required"
        },
        new String[] {confirmation("x", "allow", ""), "events.0.tool_use_id: Invalid event ID"},
        new String[] {
          confirmation("sevt_1", "maybe", ""), "events.0.result: must be \"allow\" or \"deny\""
        },
        new String[] {
          confirmation("sevt_1", "allow", ",\"deny_message\":\"no\""),
          "events.0.deny_message: is allowed only with \"deny\""
        },
        new String[] {confirmation("sevt_1", "deny", ",\"why\":1"), "events.0.why: unknown field"},
        new String[] {
          confirmation("sevt_1", "deny", ""),
          "events.0.tool_use_id: no tool use sevt_1 is waiting for a confirmation"
        },
        new String[] {
          event("{\"type\":\"user.custom_tool_result\",\"custom_tool_use_id\":\"sevt_1\"}"),
          "events.0.custom_tool_use_id: no tool use sevt_1 is waiting for a result"
        },
        new String[] {
          event("{\"type\":\"user.custom_tool_result\",\"custom_tool_use_id\":\"sevt 1\"}"),
          "events.0.custom_tool_use_id: Invalid event ID"
        },
        new String[] {
          event(
              "{\"type\":\"user.custom_tool_result\",\"custom_tool_use_id\":\"sevt_1\","
                  + "\"is_error\":\"no\"}"),
          "events.0.is_error: must be a boolean"
        },
        new String[] {
          event(
              "{\"type\":\"user.custom_tool_result\",\"custom_tool_use_id\":\"sevt_1\","
                  + "\"content\":[{\"type\":\"search_result\",\"source\":\"s\"}]}"),
          "events.0.content.0.title: field required"
        },
        new String[] {
          event("{\"type\":\"user.message\"}"), "events.0.content: must contain at least 1 item"
        },
        new String[] {content(""), "events.0.content: must contain at least 1 item"},
        new String[] {
          event("{\"type\":\"user.message\",\"content\":[" + text + "],\"y\":null}"),
          "events.0.y: unknown field"
        },
        new String[] {
          content("{\"type\":\"text\",\"text\":\"\"}"),
          "events.0.content.0.text: must have 1 to 4000000 characters"
        },
        new String[] {
          content("{\"type\":\"text\",\"text\":\" \\n\"}"),
          "events.0.content.0.text: must contain a character that is not white space"
        },
        new String[] {
          content(text + ",{\"type\":\"text\",\"text\":\"a\",\"z\":1}"),
          "events.0.content.1.z: unknown field"
        },
        new String[] {
          content("{\"type\":\"redacted\"}"),
          "events.0.content.0.type: \"redacted\" is sent only by the server"
        },
        new String[] {
          content("{\"type\":\"search_result\"}"),
          "events.0.content.0.type: must be \"text\", \"image\" or \"document\""
        },
        new String[] {content("{\"type\":\"image\"}"), "events.0.content.0.source: field required"},
        new String[] {
          content("{\"type\":\"image\",\"source\":{\"type\":\"file\",\"file_id\":\"f\"}}"),
          "events.0.content.0.source.file_id: Invalid file ID"
        },
        new String[] {
          content("{\"type\":\"document\",\"source\":{\"type\":\"file\",\"file_id\":\"f\"}}"),
          "events.0.content.0.source.file_id: Invalid file ID"
        },
        new String[] {
          image("image/bmp", "aGk="),
          "events.0.content.0.source.media_type: must be image/jpeg, image/png, image/gif or"
              + " image/webp"
        },
        new String[] {image("image/png", "a!k="), "events.0.content.0.source.data: must be base64"},
        new String[] {image("image/png", "aGk"), "events.0.content.0.source.data: must be base64"},
        new String[] {
          content("{\"type\":\"image\",\"source\":{\"type\":\"url\",\"url\":\"file:///etc/x\"}}"),
          "events.0.content.0.source.url: must be an http or https URL"
        },
        new String[] {
          event("{\"type\":\"user.interrupt\",\"session_thread_id\":\"x\"}"),
          "events.0.session_thread_id: Invalid thread ID"
        });
  }

  private static final String PLACE =
      "events.%d.type: a system.message must be the last event of a request and directly follow the"
          + " user.message, user.tool_result or user.custom_tool_result that it accompanies";

  private static String message(String blocks) {
    return "{\"type\":\"user.message\",\"content\":[" + blocks + "]}";
  }

  private static String system(String blocks) {
    return "{\"type\":\"system.message\",\"content\":[" + blocks + "]}";
  }

  private static String confirmation(String use, String result, String more) {
    return event(
        "{\"type\":\"user.tool_confirmation\",\"tool_use_id\":\"%s\",\"result\":\"%s\"%s}"
            .formatted(use, result, more));
  }

  private static String event(String event) {
    return "{\"events\":[" + event + "]}";
  }

  private static String content(String blocks) {
    return event(message(blocks));
  }

  private static String image(String type, String data) {
    return content(
        "{\"type\":\"image\",\"source\":{\"type\":\"base64\",\"media_type\":\"%s\",\"data\":\"%s\"}}"
            .formatted(type, data));
  }

  @ParameterizedTest
  @MethodSource("sends")
  void aBadEventRefusesTheWholeSend(String body, String message) throws Exception {
    var answer = api.post(session + "/events", body);
    assertThat(answer.status()).isEqualTo(400);
    assertThat(answer.error()).isEqualTo("invalid_request_error: " + message);
    assertThat(api.get(session + "/events").data("id")).isEmpty();
    assertThat(api.woken).isEmpty();
  }

  @Test
  void anInterruptOfAnUnknownThreadIsNotFound() throws Exception {
    var body = event("{\"type\":\"user.interrupt\",\"session_thread_id\":\"sthr_01other\"}");
    assertThat(api.post(session + "/events", body).error())
        .isEqualTo("not_found_error: thread sthr_01other not found");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "/v1/agents | {\"model\":\"rehearsal\"} | name: field required",
        "/v1/agents | {\"name\":\"a\",\"model\":\"rehearsal\",\"skills\":[{}]} | skills.0.type:"
            + " field required",
        "/v1/agents | {\"name\":\"a\",\"model\":\"rehearsal\",\"nope\":1} | nope: unknown field",
        "/v1/agents | {\"name\":\"a\",\"model\":\"other\"} | model: no server for \"other\"; set"
            + " DROVER_ANTHROPIC_API_KEY",
        "/v1/environments | {\"name\":\"\"} | name: must have 1 to 256 characters",
        "/v1/environments | {\"name\":\"a\",\"config\":{\"type\":\"self_hosted\"}} | config.type:"
            + " \"self_hosted\" is not supported by this version of Drover",
        "/v1/environments | {\"name\":\"a\",\"scope\":\"account\"} | scope: must be"
            + " \"organization\"",
        "/v1/sessions | {} | agent: field required",
        "/v1/sessions | {\"agent\":\"x\",\"environment_id\":\"env_01a\"} | agent: Invalid agent"
            + " ID",
        "/v1/sessions | {\"agent\":\"agent_01a\",\"environment_id\":\"x\"} | environment_id:"
            + " Invalid environment ID",
        "/v1/sessions |"
            + " {\"agent\":{\"type\":\"agent\",\"id\":\"x\"},\"environment_id\":\"env_01a\"} |"
            + " agent.id: Invalid agent ID",
        "/v1/sessions | {\"agent\":1,\"environment_id\":\"env_01a\"} | agent: must be a string or"
            + " an object",
        "/v1/sessions | {\"agent\":[],\"environment_id\":\"env_01a\"} | agent: must be a string or"
            + " an object",
        "/v1/agents | {\"name\":\"a\",\"model\":[]} | model: must be a string or an object",
        "/v1/agents | {\"name\":\"a\",\"model\":true} | model: must be a string or an object",
        "/v1/agents | {\"name\":\"a\",\"model\":{\"id\":\"rehearsal\",\"effort\":1}} |"
            + " model.effort: must be a string or an object",
        "/v1/sessions | {\"agent\":{\"type\":\"self\"},\"environment_id\":\"env_01a\"} |"
            + " agent.type: must be \"agent\" or \"agent_with_overrides\"",
        "/v1/sessions | {\"agent\":\"agent_01a\",\"environment_id\":\"env_01a\",\"budget\":{}} |"
            + " budget.type: field required",
      })
  void aFieldThatIsNotHonouredIsRefusedByName(String path, String body, String message)
      throws Exception {
    var answer = api.post(path, body);
    assertThat(answer.status()).isEqualTo(400);
    assertThat(answer.error()).isEqualTo("invalid_request_error: " + message);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "/v1/agents/x | 400 | Invalid agent ID",
        "/v1/agents/agent_01nobody | 404 | Agent agent_01nobody not found.",
        "/v1/agents/x/versions | 400 | Invalid agent ID",
        "/v1/agents?limit=0 | 400 | limit: must be an integer from 1 to 100",
        "/v1/agents?limit=101 | 400 | limit: must be an integer from 1 to 100",
        "/v1/agents?page=x | 400 | invalid page cursor",
        "/v1/agents?include_archived=1 | 400 | include_archived: must be true or false",
        "/v1/environments/env_01nobody | 404 | Environment env_01nobody not found.",
        "/v1/environments/env_01a/work/poll | 400 | the work queue of self-hosted environments is"
            + " not supported by this version of Drover",
        "/v1/sessions?agent_id=x | 400 | Invalid agent ID",
        "/v1/sessions?agent_version=1 | 400 | agent_version: requires agent_id",
        "/v1/sessions?deployment_id=depl_01a | 400 | deployment_id: is not supported by this"
            + " version of Drover",
        "/v1/sessions?statuses[]=busy | 400 | statuses: must be of idle, running, rescheduling,"
            + " terminated",
        "/v1/sessions?order=up | 400 | order: must be asc or desc",
        "/v1/sessions/x | 400 | Invalid session ID",
        "/v1/sessions/sesn_01nobody | 404 | Session sesn_01nobody not found.",
        "/v1/sessions/sesn_01nobody/events | 404 | Session sesn_01nobody not found.",
        "/v1/sessions/sesn_01nobody/events/stream | 404 | Session sesn_01nobody not found.",
        "/v1/deployments | 404 | deployments are not supported by this version of Drover",
        "/v1/deployments/depl_01a/x | 404 | deployments are not supported by this version of"
            + " Drover",
      })
  void aReadSaysWhatIsWrong(String path, int status, String message) throws Exception {
    var answer = api.get(path.replace("[", "%5B").replace("]", "%5D"));
    assertThat(answer.status()).isEqualTo(status);
    assertThat(answer.body().object("error").text("message")).isEqualTo(message);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "limit=1001 | limit: must be an integer from 1 to 1000",
        "limit=x | limit: must be an integer from 1 to 1000",
        "after=1 | unknown query parameter \"after\"; the valid ones are created_at[gt],"
            + " created_at[gte], created_at[lt], created_at[lte], limit, order, page, types,"
            + " types[]",
        "page=page_x | invalid page cursor",
        "order=asc&order=asc | order: must not be repeated",
        "created_at%5Bgt%5D=yesterday | created_at[gt]: must be an RFC 3339 time",
        "created_at[gte]=-999999999-01-01T00:00:00Z | created_at[gte]: must be an RFC 3339 time",
        "created_at[lt]=%2B999999999-01-01T00:00:00Z | created_at[lt]: must be an RFC 3339 time",
      })
  void aListOfEventsIsStrictAboutItsQuery(String query, String message) throws Exception {
    var answer = api.get(session + "/events?" + query);
    assertThat(answer.status()).isEqualTo(400);
    assertThat(answer.error()).isEqualTo("invalid_request_error: " + message);
  }

  @Test
  void onlyTwoTypesHavePreviews() throws Exception {
    var answer = api.get(session + "/events/stream?event_deltas%5B%5D=agent.tool_use");
    assertThat(answer.error())
        .isEqualTo(
            "invalid_request_error: event_deltas: must be of agent.message, agent.thinking,"
                + " drover.tool_output");
    var many = "event_deltas=agent.message&".repeat(101);
    assertThat(api.get(session + "/events/stream?" + many).error())
        .isEqualTo("invalid_request_error: event_deltas: must contain no more than 100 item(s)");
  }

  @Test
  void whatASessionRefersToMustBeThere() throws Exception {
    var agent = api.agent();
    var environment = api.environment();
    var unknownAgent = Json.obj("agent", "agent_01no", "environment_id", environment);
    assertThat(api.post("/v1/sessions", unknownAgent.toString()).error())
        .isEqualTo("not_found_error: Agent agent_01no not found.");
    var unknownVersion =
        Json.obj(
            "agent",
            Json.obj("type", "agent", "id", agent, "version", 999),
            "environment_id",
            environment);
    assertThat(api.post("/v1/sessions", unknownVersion.toString()).error())
        .isEqualTo("not_found_error: agent.version: 999 not found");
    assertThat(api.get("/v1/agents/" + agent + "?version=2").error())
        .isEqualTo("not_found_error: Agent version not found.");
    var unknownEnvironment = Json.obj("agent", agent, "environment_id", "env_01no");
    assertThat(api.post("/v1/sessions", unknownEnvironment.toString()).error())
        .isEqualTo("not_found_error: Referenced environment not found or not accessible.");
  }

  @Test
  void aConflictThatWillNotPassIsNotRetried() throws Exception {
    api.post("/v1/environments", "{\"name\":\"one\"}");
    var answer = api.post("/v1/environments", "{\"name\":\"one\"}");
    assertThat(answer.status()).isEqualTo(409);
    assertThat(answer.body().object("error").text("type")).isEqualTo("conflict_error");
    assertThat(answer.headers().firstValue("x-should-retry")).hasValue("false");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      ignoreLeadingAndTrailingWhitespace = false,
      quoteCharacter = '`',
      value = {
        "``| is empty: a JSON object is expected",
        "` `|: no JSON value",
        "{|: not valid JSON at line 1, column 2",
        "[]|: must be an object",
        "1|: must be an object",
        "{\"a\":1,\"a\":2}|: an object names a key twice at line 1, column 11",
        "{} {}|: unexpected text after the JSON value",
        "{\"name\":tru}|: not valid JSON at line 1, column 9",
      })
  void aBodyThatIsNotOneObjectIsRefused(String body, String message) throws Exception {
    var answer = api.post("/v1/agents", body);
    assertThat(answer.status()).isEqualTo(400);
    assertThat(answer.error()).isEqualTo("invalid_request_error: The request body" + message);
  }

  static Stream<String[]> exceeded() {
    var key = "k".repeat(10_001);
    var digits = "1".repeat(401);
    return Stream.of(
        new String[] {
          "{\"a\":" + "[".repeat(5_000) + "]".repeat(5_000) + "}",
          "a JSON limit is exceeded (nesting 100)"
        },
        new String[] {
          "{\"a\":".repeat(101) + "1" + "}".repeat(101), "a JSON limit is exceeded (nesting 100)"
        },
        new String[] {"{\"" + key + "\":1}", "a key has more than 10000 characters"},
        new String[] {
          "{\"metadata\":{\"" + key + "\":\"\"}}", "a key has more than 10000 characters"
        },
        new String[] {"{\"a\":" + digits + "}", "a number has more than 400 characters"},
        new String[] {"{\"a\":-" + digits + ".5e1}", "a number has more than 400 characters"},
        new String[] {"{\"a\":0." + digits + "}", "a number has more than 400 characters"});
  }

  @ParameterizedTest
  @ValueSource(strings = {" ", "\t\n", "\u00a0", "\u200b", "\ufeff\u2060", "\u3164", "\0", "a\0b"})
  void aNameThatShowsNothingIsRefused(String name) throws Exception {
    var message =
        "invalid_request_error: name: must "
            + (name.indexOf('\0') < 0
                ? "contain a character that is not white space"
                : "not contain the character U+0000");
    var valid =
        Map.of(
            "/v1/agents", Json.obj("name", "a", "model", "rehearsal"),
            "/v1/environments", Json.obj("name", "valid"));
    for (var path : valid.keySet()) {
      var refused = valid.get(path).with("name", Json.of(name)).toString();
      assertThat(api.post(path, refused).error()).isEqualTo(message);
      var id = api.post(path, valid.get(path).toString()).body().text("id");
      assertThat(api.post(path + "/" + id, refused).error()).isEqualTo(message);
    }
  }

  @ParameterizedTest
  @MethodSource("exceeded")
  void theLimitThatABodyExceedsIsNamed(String body, String limit) throws Exception {
    assertThat(api.post("/v1/agents", body).error())
        .startsWith("invalid_request_error: The request body: " + limit);
  }

  @Test
  void garbledBodiesAreRefused() throws Exception {
    var garbled = BodyPublishers.ofByteArray(new byte[] {'{', '"', (byte) 0xC3, '"', '}'});
    assertThat(api.send(api.request("/v1/agents").POST(garbled).build()).error())
        .isEqualTo("invalid_request_error: The request body is not UTF-8");
  }

  @Test
  void theContentTypeIsNotLookedAt() throws Exception {
    var body = BodyPublishers.ofString("{\"name\":\"a\",\"model\":{\"id\":\"rehearsal\"}}");
    var request = api.request("/v1/agents").header("Content-Type", "text/plain").POST(body);
    assertThat(api.send(request.build()).status()).isEqualTo(200);
  }

  @Test
  void aCompressedBodyIsRefusedByName() throws Exception {
    var request =
        api.request("/v1/agents")
            .header("Content-Encoding", "gzip")
            .POST(BodyPublishers.ofString("x"));
    var answer = api.send(request.build());
    assertThat(answer.status()).isEqualTo(400);
    assertThat(answer.body().object("error").object("details").text("error_code"))
        .isEqualTo("request_body_encoding_unsupported");
    var identity =
        api.request("/v1/agents")
            .header("Content-Encoding", "identity")
            .POST(BodyPublishers.ofString("{\"name\":\"a\",\"model\":\"rehearsal\"}"));
    assertThat(api.send(identity.build()).status()).isEqualTo(200);
  }

  @Test
  void aBodyOver32MegabytesIsTooLarge() throws Exception {
    var bytes = new byte[RequestBody.MAX + 1];
    var declared =
        api.send(api.request("/v1/agents").POST(BodyPublishers.ofByteArray(bytes)).build());
    assertThat(declared.status()).isEqualTo(413);
    assertThat(declared.error())
        .isEqualTo("request_too_large: The request body is larger than 32 MB");
  }

  @Test
  void aClientThatWritesEverythingBeforeItReadsHearsWhyItIsRefused() throws Exception {
    for (var key : List.of(Api.KEY, "wrong")) {
      try (var socket =
          new Socket(InetAddress.getLoopbackAddress(), URI.create(api.url("/")).getPort())) {
        var out = socket.getOutputStream();
        var head =
            "POST /v1/agents HTTP/1.1\r\nhost: a\r\nx-api-key: %s\r\ncontent-length: %d\r\n\r\n"
                .formatted(key, RequestBody.MAX + 1);
        out.write(head.getBytes(StandardCharsets.US_ASCII));
        out.write(new byte[RequestBody.MAX + 1]);
        var answer = new String(socket.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(answer).startsWith(key.equals("wrong") ? "HTTP/1.1 401" : "HTTP/1.1 413");
      }
    }
  }

  /// As proxies do that keep no connections: what they sent and nobody read would reset theirs, and
  /// the answer with it.
  @Test
  void theLastRequestOfAConnectionIsTakenInBeforeItsAnswer() throws Exception {
    try (var socket =
        new Socket(InetAddress.getLoopbackAddress(), URI.create(api.url("/")).getPort())) {
      var out = socket.getOutputStream();
      out.write(
          ("POST /v1/deployments HTTP/1.1\r\nhost: a\r\nx-api-key: "
                  + Api.KEY
                  + "\r\nconnection: close\r\ncontent-length: 4\r\n\r\n")
              .getBytes(StandardCharsets.US_ASCII));
      socket.setSoTimeout(300);
      assertThatThrownBy(() -> socket.getInputStream().read())
          .isInstanceOf(SocketTimeoutException.class);
      out.write(new byte[4]);
      socket.setSoTimeout(0);
      var answer = new String(socket.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
      assertThat(answer).startsWith("HTTP/1.1 404").contains("not_found_error");
    }
  }

  @Test
  void aBodyInChunksHasTheSameLimit() throws Exception {
    var chunks =
        BodyPublishers.ofInputStream(() -> new ByteArrayInputStream(new byte[RequestBody.MAX + 1]));
    var answer = api.send(api.request("/v1/agents").POST(chunks).build());
    assertThat(answer.status()).isEqualTo(413);
    var small =
        BodyPublishers.ofInputStream(
            () ->
                new ByteArrayInputStream(
                    "{\"name\":\"a\",\"model\":\"rehearsal\"}".getBytes(StandardCharsets.UTF_8)));
    assertThat(api.send(api.request("/v1/agents").POST(small).build()).status()).isEqualTo(200);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "nonsense\r\n\r\n",
        "GET /health HTTP/9.9\r\nHost: a\r\n\r\n",
        "GET /health HTTP/1.1\r\nHost: a\r\nno colon\r\n\r\n",
        "POST /v1/agents HTTP/1.1\r\nHost: a\r\nContent-Length: x\r\n\r\n",
        "POST /v1/agents HTTP/1.1\r\nHost: a\r\nContent-Length: 99999999999\r\n\r\n",
        "LONG",
        "HEADERS"
      })
  void evenWhatIsNoRequestGetsTheProtocolsError(String request) throws Exception {
    var answer =
        api.raw(
            switch (request) {
              case "LONG" -> "GET /" + "a".repeat(100_000) + " HTTP/1.1\r\nHost: a\r\n\r\n";
              case "HEADERS" ->
                  "GET /health HTTP/1.1\r\nHost: a\r\nX: " + "a".repeat(100_000) + "\r\n\r\n";
              default -> request;
            });
    assertThat(answer).startsWith("HTTP/1.1 4").containsIgnoringCase("request-id: req_");
    assertThat(answer.substring(answer.indexOf("\r\n\r\n") + 4)).startsWith("{\"type\":\"error\"");
  }

  @ParameterizedTest
  @ValueSource(strings = {"zz\r\nabc\r\n0\r\n\r\n", "ffffffffffffffff\r\nabc", "-3\r\nabc\r\n"})
  void aBodyInBrokenChunksIsRefusedAndItsConnectionClosed(String body) throws Exception {
    var answer =
        api.raw(
            "POST /v1/agents HTTP/1.1\r\nHost: a\r\nX-Api-Key: "
                + Api.KEY
                + "\r\nTransfer-Encoding: chunked\r\n\r\n"
                + body);
    assertThat(answer)
        .startsWith("HTTP/1.1 400")
        .containsIgnoringCase("connection: close")
        .contains("\"invalid_request_error\"", "The request body");
  }

  @Test
  void aNullInNewMetadataIsNoString() throws Exception {
    var answer =
        api.post(
            "/v1/agents", "{\"name\":\"a\",\"model\":\"rehearsal\",\"metadata\":{\"a\":null}}");
    assertThat(answer.error()).isEqualTo("invalid_request_error: metadata.a: must be a string");
  }

  @Test
  void everyCursorLooksLikeOne() throws Exception {
    for (var path : new String[] {"/v1/agents", "/v1/environments", "/v1/sessions"}) {
      api.session();
      api.session();
      assertThat(api.get(path + "?limit=1").text("next_page")).startsWith("page_");
    }
  }

  @Test
  void anAddressThatCannotBeHadIsSaidSo() {
    for (var host : new String[] {"127.0.0.1", "no.such.host.invalid"}) {
      var settings =
          new Server.Settings(host, api.server.port(), List.of(Api.ACCESS), Server.Settings.PING);
      assertThatThrownBy(() -> new Server(settings, api.backend).close())
          .isInstanceOf(Problem.class)
          .hasMessageContaining("cannot listen on " + host);
    }
  }
}
