package dev.drover.api;

import static org.assertj.core.api.Assertions.assertThat;

import dev.drover.base.Json;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/// What the routes of memories refuse, with the exact answers.
@Tag("database")
final class MemoryRoutesTest {
  @TempDir static Path data;

  private static Api api;
  private static String store;
  private static String memory;

  @BeforeAll
  static void start() throws Exception {
    api = new Api(Server.Settings.PING, data.resolve("drover.db"));
    store = "/v1/memory_stores/" + api.post("/v1/memory_stores", "{\"name\":\"N\"}").text("id");
    memory = store + "/memories/" + write("/first", "x").text("id");
  }

  @AfterAll
  static void stop() {
    api.close();
  }

  private static Api.Answer write(String path, String content) throws Exception {
    return api.post(store + "/memories", Json.obj("path", path, "content", content).toString());
  }

  private static void assertRefused(Api.Answer answer, String message) {
    assertThat(answer.error()).isEqualTo("invalid_request_error: " + message);
    assertThat(answer.status()).isEqualTo(400);
  }

  static Stream<List<String>> badPaths() {
    var characters =
        "must not contain control or format characters, or line or paragraph separators";
    var empty = "must not contain an empty segment";
    var dots = "must not contain the segment \".\" or \"..\"";
    var long20 = "must have at most 20 segments";
    return Stream.of(
        List.of("a", "must start with \"/\""),
        List.of(" /a", "must start with \"/\""),
        List.of("\\a", "must start with \"/\""),
        List.of("/", empty),
        List.of("//", empty),
        List.of("/a/", empty),
        List.of("/a//b", empty),
        List.of("/.", dots),
        List.of("/..", dots),
        List.of("/a/../../etc/passwd", dots),
        List.of("/a/./b", dots),
        List.of("/a".repeat(21), long20),
        List.of("/" + "a".repeat(1_024), "must have at most 1024 bytes"),
        List.of("/" + "ü".repeat(512), "must have at most 1024 bytes"),
        List.of("/a\u0000b", characters),
        List.of("/a\nb", characters),
        List.of("/a\u007fb", characters),
        List.of("/a\u0085b", characters),
        List.of("/a\u200bb", characters),
        List.of("/a\u202eb", characters),
        List.of("/\ufeffa", characters),
        List.of("/a\u2028b", characters),
        List.of("/a\u2029b", characters),
        List.of("/a\udb40\udc41b", characters), // a tag
        List.of("/u\u0308", "must be in Unicode Normalization Form C"),
        List.of("/\u212b", "must be in Unicode Normalization Form C"),
        List.of(
            "/.anthropic-memory-store",
            "\"/.anthropic-memory-store\" is reserved for clients that sync a store"));
  }

  @ParameterizedTest
  @MethodSource("badPaths")
  void aPathThatIsNotAllowedIsRefusedWhereverItIsSent(List<String> pathAndReason) throws Exception {
    var reason = "path: " + pathAndReason.get(1);
    assertRefused(write(pathAndReason.getFirst(), "x"), reason);
    var move = Json.obj("path", pathAndReason.getFirst()).toString();
    assertRefused(api.post(memory, move), reason);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "/.hidden",
        "/a b",
        "/...",
        "/a\\b",
        "/a:b*?\"<>|",
        "/%2e%2e",
        "/日本語",
        "/\u00c5",
        "/-rf",
        "/\u3000",
        "/~",
        "/CON",
        "/🐎"
      })
  void anOddPathIsKeptAsItIs(String path) throws Exception {
    var made = write(path, path);
    assertThat(made.status()).as(made.body().toString()).isEqualTo(200);
    var got = api.get(store + "/memories/" + made.text("id"));
    assertThat(got.text("path")).isEqualTo(path);
    assertThat(got.text("content")).isEqualTo(path);
    assertThat(api.get(store + "/memories?limit=100").data("path")).contains(path);
  }

  @Test
  void aContentHasAtMostAHundredKilobytesOfUtf8() throws Exception {
    assertThat(write("/largest", "é".repeat(51_200)).status()).isEqualTo(200);
    var refused = "content must be at most 102400 bytes";
    assertRefused(write("/larger", "é".repeat(51_200) + "x"), refused);
    assertRefused(api.post(memory, Json.obj("content", "x".repeat(102_401)).toString()), refused);
    assertRefused(write("/nul", "a\0b"), "content: must not contain the character U+0000");
    var lone =
        api.post(store + "/memories?view=full", "{\"path\":\"/lone\",\"content\":\"\\ud800\"}");
    assertThat(lone.text("content")).isEqualTo("\ufffd");
    assertThat(lone.body().number("content_size_bytes", 0)).isEqualTo(3);
  }

  static Stream<List<String>> badBodies() {
    var digest = "must be 64 lower-case hexadecimal digits";
    return Stream.of(
        List.of("", "{\"path\":\"/x\"}", "content: field required"),
        List.of("", "{\"path\":\"/x\",\"content\":null}", "content: field required"),
        List.of("", "{\"content\":\"x\"}", "path: field required"),
        List.of("", "{\"path\":1,\"content\":\"x\"}", "path: must be a string"),
        List.of("", "{\"path\":\"/x\",\"content\":[]}", "content: must be a string"),
        List.of("", "{\"path\":\"/x\",\"content\":\"\",\"mode\":1}", "mode: unknown field"),
        List.of("ONE", "{\"id\":\"mem_1\"}", "id: unknown field"),
        List.of("ONE", "{\"precondition\":1}", "precondition: must be an object"),
        List.of("ONE", "{\"precondition\":{}}", "precondition.type: field required"),
        List.of(
            "ONE",
            "{\"precondition\":{\"type\":\"version\"}}",
            "precondition.type: must be \"content_sha256\""),
        List.of(
            "ONE",
            "{\"precondition\":{\"type\":\"content_sha256\"}}",
            "precondition.content_sha256: field required"),
        List.of(
            "ONE",
            "{\"precondition\":{\"type\":\"content_sha256\",\"content_sha256\":\"ABC\"}}",
            "precondition.content_sha256: " + digest));
  }

  @ParameterizedTest
  @MethodSource("badBodies")
  void aBodyThatIsNotAllowedIsRefused(List<String> row) throws Exception {
    var path = row.getFirst().isEmpty() ? store + "/memories" : memory;
    assertRefused(api.post(path, row.get(1)), row.get(2));
  }

  static Stream<List<String>> badQueries() {
    return Stream.of(
        List.of("/memories?view=some", "view: must be basic or full"),
        List.of("/memories?depth=2", "depth: must be 0 or 1"),
        List.of("/memories?depth=-1", "depth: must be 0 or 1"),
        List.of("/memories?path_prefix=/a", "path_prefix: must start and end with \"/\""),
        List.of("/memories?path_prefix=a/", "path_prefix: must start and end with \"/\""),
        List.of("/memories?limit=101", "limit: must be an integer from 1 to 100"),
        List.of("/memories?limit=21&view=full", "limit: must be an integer from 1 to 20"),
        List.of("/memories?page=x", "invalid page cursor"),
        List.of("/memories/mem_", "Invalid memory ID"),
        List.of("/memories/file_1", "Invalid memory ID"),
        List.of("/memory_versions?limit=21&view=full", "limit: must be an integer from 1 to 20"),
        List.of("/memory_versions?operation=x", "operation: must be created, modified or deleted"),
        List.of("/memory_versions?memory_id=x", "Invalid memory ID"),
        List.of("/memory_versions?session_id=x", "Invalid session ID"),
        List.of("/memory_versions?page=page_x", "invalid page cursor"),
        List.of("/memory_versions?memory_id=", "memory_id: must not be empty"),
        List.of("/memory_versions?session_id=", "session_id: must not be empty"),
        List.of("/memory_versions?api_key_id=", "api_key_id: must not be empty"),
        List.of("/memory_versions?operation=", "operation: must not be empty"),
        List.of("/memory_versions/mem_1", "Invalid memory version ID"));
  }

  @ParameterizedTest
  @MethodSource("badQueries")
  void aQueryThatIsNotAllowedIsRefused(List<String> row) throws Exception {
    assertRefused(api.get(store + row.getFirst()), row.get(1));
  }

  @Test
  void aDeletionNamesADigestOrNone() throws Exception {
    assertRefused(
        api.delete(memory + "?expected_content_sha256=x"),
        "expected_content_sha256: must be 64 lower-case hexadecimal digits");
    assertRefused(
        api.delete(memory + "?expected_content_sha256="),
        "expected_content_sha256: must not be empty");
    assertThat(api.get(memory).status()).isEqualTo(200);
  }

  @Test
  void aCursorOfAnotherStoreIsRefused() throws Exception {
    for (int i = 0; i < 2; i++) {
      write("/cursor/" + i, "x");
    }
    var other = "/v1/memory_stores/" + api.post("/v1/memory_stores", "{\"name\":\"N\"}").text("id");
    for (var list : List.of("/memories", "/memory_versions")) {
      var next = api.get(store + list + "?limit=1").text("next_page");
      var page = "?page=" + URLEncoder.encode(next, StandardCharsets.UTF_8);
      assertThat(api.get(store + list + page).status()).isEqualTo(200);
      assertRefused(api.get(other + list + page), "invalid page cursor");
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "\\u0000", "\\n", "a\\u007f", " "})
  void aStoresNameIsVisible(String name) throws Exception {
    assertThat(api.post("/v1/memory_stores", "{\"name\":\"" + name + "\"}").error())
        .startsWith("invalid_request_error: name: must ");
  }

  @Test
  void namesAreNotUniqueAndAnEmptyDescriptionClears() throws Exception {
    var body = "{\"name\":\"same\",\"description\":\"d\"}";
    var first = api.post("/v1/memory_stores", body);
    assertThat(api.post("/v1/memory_stores", body).status()).isEqualTo(200);
    var path = "/v1/memory_stores/" + first.text("id");
    assertThat(api.post(path, "{\"description\":null}").text("description")).isEqualTo("d");
    assertThat(api.post(path, "{\"description\":\"\"}").text("description")).isEmpty();
    assertThat(api.post(path, "{\"name\":\"other\"}").text("name")).isEqualTo("other");
    var before = api.get(path).text("updated_at");
    api.post(path + "/memories", "{\"path\":\"/a\",\"content\":\"\"}");
    assertThat(api.get(path).text("updated_at")).as("of memories").isEqualTo(before);
  }
}
