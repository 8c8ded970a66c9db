package dev.drover.api;

import static org.assertj.core.api.Assertions.assertThat;

import dev.drover.base.Json;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// How memory stores are attached to sessions, and what is refused.
@Tag("database")
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
final class MemoryAttachmentTest {
  private static final String ALL = "[{\"type\":\"agent_toolset_20260401\"}]";

  private Api api;
  private String environment = "";
  private String agent = "";
  private String store;

  @BeforeAll
  void start(@TempDir Path directory) throws Exception {
    api = Api.withFiles(directory);
    environment = api.environment();
    agent = agent(ALL);
    store = store("Team  Notes!", "What we know.");
  }

  @AfterAll
  void stop() {
    api.close();
  }

  private String agent(String tools) throws Exception {
    var body = "{\"name\":\"Coder\",\"model\":\"rehearsal\",\"tools\":%s}".formatted(tools);
    return api.post("/v1/agents", body).text("id");
  }

  private String store(String name, String description) throws Exception {
    var body = Json.obj("name", name, "description", description).toString();
    return api.post("/v1/memory_stores", body).text("id");
  }

  private Api.Answer create(String by, String resources) throws Exception {
    return api.post(
        "/v1/sessions",
        "{\"agent\":\"%s\",\"environment_id\":\"%s\",\"resources\":%s}"
            .formatted(by, environment, resources));
  }

  private static Json.Obj of(String store) {
    return Json.obj("type", "memory_store", "memory_store_id", store);
  }

  @Test
  void aSessionShowsItsStoresAsTheyWere() throws Exception {
    var plain = store("TEAM notes", "");
    var odd = store("日本", "");
    var session =
        create(
                agent,
                Json.arr(
                        of(store).with("instructions", "Ask first."),
                        of(plain).with("access", "read_only").with("instructions", null),
                        of(odd).with("access", null))
                    .toString())
            .body();
    api.post("/v1/memory_stores/" + store, "{\"name\":\"Renamed\"}");
    api.delete("/v1/memory_stores/" + plain);
    var expected =
        List.of(
            Json.obj(
                "type", "memory_store",
                "memory_store_id", store,
                "access", "read_write",
                "instructions", "Ask first.",
                "name", "Team  Notes!",
                "description", "What we know.",
                "mount_path", "/mnt/memory/team-notes"),
            Json.obj(
                "type", "memory_store",
                "memory_store_id", plain,
                "access", "read_only",
                "instructions", null,
                "name", "TEAM notes",
                "description", "",
                "mount_path", "/mnt/memory/team-notes-2"),
            Json.obj(
                "type", "memory_store",
                "memory_store_id", odd,
                "access", "read_write",
                "instructions", null,
                "name", "日本",
                "description", "",
                "mount_path", "/mnt/memory/store"));
    assertThat(session.items("resources")).isEqualTo(expected);
    var path = "/v1/sessions/" + session.text("id");
    assertThat(api.get(path).body().items("resources")).isEqualTo(expected);
    var pages = new ArrayList<Json>();
    var next = "";
    do {
      var page = api.get(path + "/resources?limit=1" + next).body();
      pages.addAll(page.items("data"));
      next = page.text("next_page") == null ? "" : "&page=" + page.text("next_page");
    } while (!next.isEmpty());
    assertThat(pages).isEqualTo(expected);
    assertThat(api.get("/v1/sessions?memory_store_id=" + odd).data("id"))
        .containsExactly(session.text("id"));
    assertThat(api.get("/v1/sessions?memory_store_id=" + plain).data("id"))
        .as("a deleted one")
        .containsExactly(session.text("id"));
    assertThat(api.get("/v1/sessions?memory_store_id=memstore_none").data("id")).isEmpty();
    assertThat(api.get("/v1/sessions?memory_store_id=x").status()).isEqualTo(400);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      textBlock =
          """
          {}                             | resources.0.memory_store_id: field required
          {"memory_store_id":null}       | resources.0.memory_store_id: field required
          {"memory_store_id":"../x"}     | resources.0.memory_store_id: Invalid memory store ID
          {"memory_store_id":"file_01a"} | resources.0.memory_store_id: Invalid memory store ID
          {"memory_store_id":"STORE","access":"write"} | resources.0.access: must be "read_write" or "read_only"
          {"memory_store_id":"STORE","access":1}       | resources.0.access: must be a string
          {"memory_store_id":"STORE","instructions":1} | resources.0.instructions: must be a string
          {"memory_store_id":"STORE","instructions":"LONG"} | resources.0.instructions: must have at most 4096 characters
          {"memory_store_id":"STORE","instructions":"a\\u0000"} | resources.0.instructions: must not contain the character U+0000
          {"memory_store_id":"STORE","mount_path":"/a"} | resources.0.mount_path: unknown field
          {"memory_store_id":"STORE","name":"a"}       | resources.0.name: unknown field
          """)
  void whatIsNotAStoreIsRefused(String body, String message) throws Exception {
    var sent =
        body.replace("STORE", store)
            .replace("LONG", "x".repeat(4097))
            .replace("{", "{\"type\":\"memory_store\",")
            .replace(",}", "}");
    var answer = create(agent, "[" + sent + "]");
    assertThat(answer.status()).isEqualTo(400);
    assertThat(answer.error()).isEqualTo("invalid_request_error: " + message);
  }

  @Test
  void storesThatCannotBeAttachedAreRefused() throws Exception {
    var archived = store("Old", "");
    api.post("/v1/memory_stores/" + archived + "/archive");
    assertThat(create(agent, Json.arr(of(archived)).toString()).error())
        .isEqualTo("invalid_request_error: Memory store " + archived + " is archived.");
    assertThat(create(agent, Json.arr(of("memstore_none")).toString()).error())
        .isEqualTo("not_found_error: Memory store memstore_none not found.");
    assertThat(create(agent, Json.arr(of(store), of(store)).toString()).error())
        .isEqualTo(
            "invalid_request_error: Memory store %s can be attached to a session only once."
                .formatted(store));
    var many = new ArrayList<Json>();
    for (int i = 0; i < 9; i++) {
      many.add(of(store("Store", "")));
    }
    assertThat(create(agent, many.toString()).error())
        .isEqualTo("invalid_request_error: A session may have at most 8 memory stores.");
    assertThat(create(agent, many.subList(0, 8).toString()).status()).isEqualTo(200);
  }

  @Test
  void anAgentNeedsToolsForAStore() throws Exception {
    var none = agent("[]");
    var reader = agent(only("read"));
    var commands = agent(only("bash"));
    var sent = Json.arr(of(store)).toString();
    assertThat(create(none, sent).error())
        .isEqualTo(
            "invalid_request_error: The agent needs the tool \"read\" for the memory store %s."
                .formatted(store));
    assertThat(create(commands, sent).status()).isEqualTo(400);
    assertThat(create(reader, sent).error())
        .isEqualTo(
            "invalid_request_error: The agent needs the tool \"write\" for the memory store %s,"
                    .formatted(store)
                + " whose access is read_write.");
    assertThat(create(reader, Json.arr(of(store).with("access", "read_only")).toString()).status())
        .isEqualTo(200);
    assertThat(create(agent(only("read", "bash")), sent).status()).isEqualTo(200);
  }

  private static String only(String... tools) {
    var configs = new ArrayList<Json>();
    for (var tool : tools) {
      configs.add(Json.obj("name", tool, "enabled", true));
    }
    return Json.arr(
            Json.obj(
                "type",
                "agent_toolset_20260401",
                "default_config",
                Json.obj("enabled", false),
                "configs",
                configs))
        .toString();
  }
}
