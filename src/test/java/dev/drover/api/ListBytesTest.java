package dev.drover.api;

import static org.assertj.core.api.Assertions.assertThat;

import dev.drover.base.Json;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/// A page of agents, of versions or of sessions ends before the item that would bring it over 4 MB.
@Timeout(60)
@Tag("database")
final class ListBytesTest {
  private static final int SMALL = 10;
  private static final int HALF = 1_900_000;
  private static final int LARGE = 5_000_000;

  @TempDir Path directory;
  private Api api = new Api();

  @BeforeEach
  void start() {
    api.close();
    api = new Api(Duration.ofSeconds(15), directory.resolve("drover.db"));
  }

  @AfterEach
  void stop() {
    api.close();
  }

  private static Json.Obj definition(int size) {
    var schema =
        Json.obj("type", "object", "properties", Json.EMPTY, "description", "x".repeat(size));
    return Json.obj(
        "name",
        "Coder",
        "model",
        "rehearsal",
        "tools",
        List.of(
            Json.obj("type", "custom", "name", "f", "description", "d", "input_schema", schema)));
  }

  private String agent(int size) throws Exception {
    var answer = api.post("/v1/agents", definition(size).toString());
    assertThat(answer.status()).as("%s", answer.body()).isEqualTo(200);
    return answer.text("id");
  }

  /// How many items each page has.
  private List<Integer> pages(String path, String query) throws Exception {
    var sizes = new ArrayList<Integer>();
    var next = "";
    while (true) {
      var page = api.get(path + "?" + query + next);
      assertThat(page.status()).isEqualTo(200);
      sizes.add(page.data("type").size());
      if (page.text("next_page").equals("null")) {
        return sizes;
      }
      next = "&page=" + page.text("next_page");
    }
  }

  @Test
  void pagesOfAgentsAreBoundedInBytes() throws Exception {
    for (int size : List.of(SMALL, HALF, HALF, LARGE, HALF, SMALL, HALF)) {
      agent(size);
    }
    assertThat(pages("/v1/agents", "limit=100")).containsExactly(3, 1, 3);
    assertThat(pages("/v1/agents", "limit=2")).containsExactly(2, 1, 1, 2, 1);
  }

  @Test
  void pagesOfVersionsAreBoundedInBytes() throws Exception {
    var id = agent(HALF);
    for (int version = 1; version < 5; version++) {
      var update = definition(HALF + version).with("version", version);
      assertThat(api.post("/v1/agents/" + id, update.toString()).status()).isEqualTo(200);
    }
    assertThat(pages("/v1/agents/" + id + "/versions", "limit=100")).containsExactly(2, 2, 1);
  }

  @Test
  void pagesOfSessionsAreBoundedInBytesInBothOrders() throws Exception {
    var session = Json.obj("agent", agent(HALF), "environment_id", api.environment()).toString();
    for (int i = 0; i < 5; i++) {
      assertThat(api.post("/v1/sessions", session).status()).isEqualTo(200);
    }
    assertThat(pages("/v1/sessions", "limit=100")).containsExactly(2, 2, 1);
    assertThat(pages("/v1/sessions", "order=asc&limit=100")).containsExactly(2, 2, 1);
  }
}
