package dev.drover.api;

import static org.assertj.core.api.Assertions.assertThat;

import dev.drover.base.Json;
import dev.drover.session.Event;
import dev.drover.session.Lease;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// A session of ten thousand events on SQLite, read over HTTP page by page: none is lost, none
/// comes twice, whatever is appended meanwhile.
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@Timeout(120)
@Tag("database")
final class LongSessionTest {
  private static final int EVENTS = 10_000;
  private static final int TOGETHER = 500;

  private final List<String> ids = new ArrayList<>();
  private Api api;
  private String session = "";
  private Lease lease;

  @BeforeAll
  void fill(@TempDir Path directory) throws Exception {
    api = new Api(Server.Settings.PING, directory.resolve("drover.db"));
    session = api.session();
    api.say(session, "go");
    lease = api.woken();
    api.process(lease, 1);
    ids.addAll(api.get(session + "/events").data("id"));
    while (ids.size() < EVENTS) {
      append(Math.min(TOGETHER, EVENTS - ids.size()));
    }
  }

  @AfterAll
  void stop() {
    api.close();
  }

  /// Every third event is a thought.
  private void append(int count) {
    var events = new Event[count];
    for (int i = 0; i < count; i++) {
      var id = api.id();
      events[i] =
          ids.size() % 3 == 0
              ? new Event.AgentThinking(id)
              : new Event.AgentMessage(id, Json.arr(Json.obj("type", "text", "text", "n" + i)));
      ids.add(id.value());
    }
    api.emit(lease, events);
  }

  /// All pages, each of which is full but for the last; `between` runs after each.
  private List<Json.Obj> pages(String query, int limit, Runnable between) throws Exception {
    var all = new ArrayList<Json.Obj>();
    var path = session + "/events?limit=" + limit + query;
    var next = "";
    while (true) {
      var page = api.get(path + next);
      assertThat(page.status()).isEqualTo(200);
      var items = page.body().items("data");
      items.forEach(item -> all.add((Json.Obj) item));
      if (page.body().get("next_page").equals(Optional.of(Json.NULL))) {
        return all;
      }
      assertThat(items).hasSize(limit);
      next = "&page=" + page.text("next_page");
      between.run();
    }
  }

  private static List<String> ids(List<Json.Obj> events) {
    return events.stream().map(event -> String.valueOf(event.text("id"))).toList();
  }

  @ParameterizedTest
  @CsvSource({"asc, 1000", "asc, 7", "desc, 1000", "desc, 7"})
  void everyPageSizeAndOrderShowsEachEventOnce(String order, int limit) throws Exception {
    var expected = order.equals("asc") ? ids : ids.reversed();
    var seen = ids(pages("&order=" + order, limit, () -> {}));
    assertThat(seen).hasSizeGreaterThanOrEqualTo(EVENTS);
    assertThat(seen.equals(expected)).isTrue(); // a difference would be a book
  }

  @ParameterizedTest
  @CsvSource({"asc, 7", "desc, 1000"})
  void aTypeIsPagedAlone(String order, int limit) throws Exception {
    var all = pages("&order=" + order, 1000, () -> {});
    var thoughts =
        all.stream().filter(event -> "agent.thinking".equals(event.text("type"))).toList();
    assertThat(thoughts).hasSizeGreaterThan(3_000);
    var seen =
        pages("&types[]=agent.thinking&order=".replace("[]", "%5B%5D") + order, limit, () -> {});
    assertThat(seen.equals(thoughts)).isTrue();
  }

  @ParameterizedTest
  @CsvSource({"asc, 1000", "desc, 7"})
  void aStretchOfTimeIsPagedAlone(String order, int limit) throws Exception {
    var all = pages("", 1000, () -> {});
    var from = String.valueOf(all.get(2_345).text("processed_at"));
    var to = String.valueOf(all.get(6_789).text("processed_at"));
    var within = ids(all.subList(2_345, 6_789));
    var seen =
        ids(
            pages(
                "&" + bound("gte", from) + "&" + bound("lt", to) + "&order=" + order,
                limit,
                () -> {}));
    assertThat(seen.equals(order.equals("asc") ? within : within.reversed())).isTrue();
  }

  private static String bound(String name, String time) {
    return "created_at%5B" + name + "%5D=" + URLEncoder.encode(time, StandardCharsets.UTF_8);
  }

  @Test
  void goingBackIsNotMovedByWhatIsAppendedMeanwhile() throws Exception {
    var before = List.copyOf(ids).reversed();
    var seen = ids(pages("&order=desc", 1000, () -> append(3)));
    assertThat(seen.equals(before)).isTrue();
  }

  @Test
  void goingOnMeetsWhatIsAppendedMeanwhile() throws Exception {
    int before = ids.size();
    var seen = ids(pages("", 1000, () -> append(3)));
    assertThat(ids).hasSizeGreaterThan(before);
    assertThat(seen.equals(ids)).isTrue();
  }

  @Test
  void aCursorIsOfItsSessionItsOrderAndItsList() throws Exception {
    var cursor = api.get(session + "/events?limit=7").text("next_page");
    var descending = api.get(session + "/events?limit=7&order=desc").text("next_page");
    var other = api.session();
    api.session();
    var sessions = api.get("/v1/sessions?limit=1").text("next_page");
    var thread = session + "/threads/" + api.get(session + "/threads").data("id").getFirst();
    assertThat(api.get(thread + "/events?limit=7&page=" + cursor).data("id"))
        .isEqualTo(ids.subList(7, 14));
    var none = "invalid page cursor";
    var order = "page token order does not match request";
    assertRefused(other + "/events?page=" + cursor, none);
    assertRefused(other + "/events?order=desc&page=" + descending, none);
    assertRefused(session + "/events?order=desc&page=" + cursor, order);
    assertRefused(session + "/events?order=asc&page=" + descending, order);
    assertRefused(session + "/events?page=" + sessions, none);
    assertRefused("/v1/sessions?page=" + cursor, none);
    assertRefused("/v1/agents?page=" + sessions, none);
    assertRefused("/v1/environments?page=" + sessions, none);
    assertRefused(session + "/threads?page=" + cursor, none);
    assertRefused(session + "/events?page=" + cursor.substring(0, cursor.length() - 3), none);
    assertRefused(session + "/events?page=" + cursor + "AAAA", none);
    assertRefused(session + "/events?page=" + "page_".repeat(1_000), none);
  }

  private void assertRefused(String path, String message) throws Exception {
    var answer = api.get(path);
    assertThat(answer.status()).as(path).isEqualTo(400);
    assertThat(answer.error()).isEqualTo("invalid_request_error: " + message);
  }
}
