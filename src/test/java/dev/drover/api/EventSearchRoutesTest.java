package dev.drover.api;

import static org.assertj.core.api.Assertions.assertThat;

import dev.drover.base.Json;
import dev.drover.session.Emission;
import dev.drover.session.Event;
import dev.drover.session.Lease;
import dev.drover.session.SessionId;
import dev.drover.session.ThreadKey;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// `GET /drover/sessions/{id}/events`.
final class EventSearchRoutesTest {
  private final Api api = new Api();
  private String session = "";
  private String path = "";
  private Lease lease = new Lease(new SessionId("sesn_01none"), 0);

  @BeforeEach
  void open() throws Exception {
    session = api.session();
    path = session.replace("/v1/", "/drover/") + "/events";
    api.post(session + "/events", Api.message("first", "Second needle", "third"));
    lease = api.woken();
    api.process(lease, 2);
  }

  @AfterEach
  void stop() {
    api.close();
  }

  private void emit(ThreadKey thread, Event event, Json.Obj hidden) {
    var entry = new Emission.Entry(thread, event, hidden);
    api.store.eventLog().emitEvents(lease, new Emission(List.of(entry)));
  }

  private Event.AgentToolUse use(String tool) {
    return new Event.AgentToolUse(
        api.id(), tool, Json.obj("command", "df"), Event.Permission.ALLOWED);
  }

  private Event.AgentToolResult result(Event.ToolUse use, String text) {
    var block = Json.obj("type", "text", "text", text);
    return new Event.AgentToolResult(api.id(), use.id(), Json.arr(block), true);
  }

  /// All ids, page by page.
  private List<String> pages(String query) throws Exception {
    var ids = new ArrayList<String>();
    var next = "";
    for (int i = 0; i < 100; i++) {
      var page = api.get(path + "?" + query + next);
      assertThat(page.status()).as(page.toString()).isEqualTo(200);
      ids.addAll(page.data("id"));
      if (page.text("next_page").equals("null")) {
        return ids;
      }
      next = "&page=" + page.text("next_page");
    }
    throw new AssertionError("the pages do not end");
  }

  @Test
  void eventsAreAsOnTheWireAndTheNewestComeFirst() throws Exception {
    var listed = api.get(session + "/events?order=desc").body().items("data");
    var processed = listed.subList(1, listed.size()); // one still waits
    assertThat(api.get(path).body().items("data")).isEqualTo(processed);
    assertThat(api.get(path + "?after=0").body().items("data")).isEqualTo(processed.reversed());
    assertThat(api.get(path + "?text=NEEDLE").body().items("data"))
        .isEqualTo(List.of(processed.get(1)));
    assertThat(api.get(path + "?types[]=user.message".replace("[]", "%5B%5D")).data("type"))
        .containsExactly("user.message", "user.message");
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "after=0"})
  void pagesOfEverySizeHoldTheSame(String order) throws Exception {
    var all = pages(order);
    assertThat(all).hasSize(6);
    for (int limit = 1; limit <= 7; limit++) {
      assertThat(pages(order + "&limit=" + limit)).isEqualTo(all);
    }
  }

  @Test
  void callsOfAToolAreFoundWithTheirResults() throws Exception {
    var bash = use("bash");
    var read = use("read");
    api.emit(lease, bash, read, result(bash, "No space left"), result(read, "alpha"));
    assertThat(api.get(path + "?tool=bash").data("type"))
        .containsExactly("agent.tool_result", "agent.tool_use");
    assertThat(api.get(path + "?tool=bash&text=no%20SPACE").data("type"))
        .containsExactly("agent.tool_result");
    assertThat(api.get(path + "?tool=bash&text=alpha").data("type")).isEmpty();
    assertThat(api.get(path + "?tool=none").data("type")).isEmpty();
  }

  @Test
  void aRangeIsOfPositionsOrOfTimes() throws Exception {
    var all = api.get(path + "?after=0");
    var ids = all.data("id");
    assertThat(api.get(path + "?after=2&before=5").data("id")).isEqualTo(ids.subList(2, 4));
    assertThat(api.get(path + "?before=3").data("id")).isEqualTo(ids.subList(0, 2).reversed());
    var times = all.data("processed_at");
    assertThat(api.get(path + "?after=" + times.get(1) + "&before=" + times.get(4)).data("id"))
        .isEqualTo(ids.subList(2, 4));
  }

  @Test
  void whatIsHiddenPrivateOrOfAnotherThreadIsNotFound() throws Exception {
    var secret = Json.obj("kept", "canary");
    emit(ThreadKey.PRIMARY, new Event.AgentThinking(api.id()), secret);
    emit(
        ThreadKey.PRIMARY,
        new Event.WorkspaceHome(api.id(), "canary", Optional.of("canary")),
        secret);
    emit(ThreadKey.PRIMARY, new Event.Unknown(api.id(), "drover.newer", secret), secret);
    var message = Json.arr(Json.obj("type", "text", "text", "canary"));
    emit(ThreadKey.of(1), new Event.AgentMessage(api.id(), message), secret);
    assertThat(api.get(path + "?text=canary").data("id")).isEmpty();
    assertThat(api.get(path).body().toString()).doesNotContain("canary");
    assertThat(api.get(path + "?types=drover.workspace_home").data("id")).isEmpty();
  }

  @Test
  void aPageIsBoundedInBytes() throws Exception {
    var text = Json.arr(Json.obj("type", "text", "text", "large" + "x".repeat(2_500_000)));
    for (int i = 0; i < 3; i++) {
      api.emit(lease, new Event.AgentMessage(api.id(), text));
    }
    var page = api.get(path + "?text=large");
    assertThat(page.data("id")).hasSize(1);
    assertThat(pages("text=large")).hasSize(3);
  }

  @Test
  void badParametersAreRefusedByName() throws Exception {
    for (var query :
        List.of("text=" + "x".repeat(201), "before=soon", "after=-1", "limit=0", "order=asc")) {
      var answer = api.get(path + "?" + query);
      assertThat(answer.status()).as(query).isEqualTo(400);
      assertThat(answer.error()).contains(query.substring(0, query.indexOf('=')));
    }
    var cursor = api.get(path + "?limit=1").text("next_page");
    assertThat(api.get(path + "?after=0&page=" + cursor).status()).isEqualTo(400);
    assertThat(api.get("/drover/sessions/sesn_01none/events").status()).isEqualTo(404);
  }
}
