package dev.drover.api;

import static org.assertj.core.api.Assertions.assertThat;

import dev.drover.base.Json;
import dev.drover.session.Emission;
import dev.drover.session.Event;
import dev.drover.session.Lease;
import dev.drover.session.SessionId;
import dev.drover.session.ThreadKey;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.function.IntConsumer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// Lists of events, while events move from the inbox to the log.
final class EventListTest {
  private final Api api = new Api();
  private String session = "";
  private List<String> sent = List.of();
  private Lease lease = new Lease(new SessionId("sesn_01none"), 0);

  @BeforeEach
  void sendFive() throws Exception {
    session = api.session();
    sent = api.post(session + "/events", Api.message("1", "2", "3", "4", "5")).data("id");
    lease = api.woken();
  }

  @AfterEach
  void stop() {
    api.close();
  }

  /// All ids, page by page; `between` runs after each page.
  private List<String> pages(String query, IntConsumer between) throws Exception {
    var ids = new ArrayList<String>();
    var path = session + "/events?" + query;
    var next = "";
    for (int i = 0; i < 100; i++) {
      var page = api.get(path + next);
      assertThat(page.status()).isEqualTo(200);
      ids.addAll(page.data("id"));
      if (page.text("next_page").equals("null")) {
        assertThat(page.body().get("next_page")).hasValue(Json.NULL);
        return ids;
      }
      next = "&page=" + page.text("next_page");
      between.accept(i);
    }
    throw new AssertionError("the pages do not end");
  }

  @Test
  void aListHasTheEventsOfItsThreadAlone() throws Exception {
    api.process(lease, 5);
    var before = api.get(session + "/events").data("id");
    var message = new Event.AgentMessage(api.id(), Json.arr());
    var child = new Emission.Entry(ThreadKey.of(1), message, null);
    api.store.eventLog().emitEvents(lease, new Emission(List.of(child)));
    var thread = api.get(session + "/threads").data("id").getFirst();
    for (var path : List.of("/events", "/threads/" + thread + "/events")) {
      assertThat(api.get(session + path).data("id")).as(path).isEqualTo(before);
      assertThat(pages("limit=2", _ -> {})).as(path).isEqualTo(before);
    }
  }

  @Test
  void queuedEventsComeAfterTheLog() throws Exception {
    api.process(lease, 2);
    var page = api.get(session + "/events");
    assertThat(page.data("type"))
        .containsExactly(
            "session.status_running",
            "user.message",
            "agent.message",
            "session.status_running",
            "user.message",
            "agent.message",
            "user.message",
            "user.message",
            "user.message");
    assertThat(page.data("processed_at").subList(0, 6)).doesNotContain("null").isSorted();
    assertThat(page.data("processed_at").subList(6, 9)).containsOnly("null");
    assertThat(page.body().get("next_page")).hasValue(Json.NULL);
    assertThat(api.get(session + "/events?order=desc").data("id"))
        .isEqualTo(page.data("id").reversed());
  }

  @ParameterizedTest
  @ValueSource(strings = {"asc", "desc"})
  void pagesOfEverySizeHoldTheSame(String order) throws Exception {
    api.process(lease, 3);
    var all = api.get(session + "/events?order=" + order).data("id");
    for (int limit = 1; limit <= all.size() + 1; limit++) {
      assertThat(pages("order=" + order + "&limit=" + limit, _ -> {})).isEqualTo(all);
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"asc", "desc"})
  void nothingIsLostOrDoubledWhileEventsMove(String order) throws Exception {
    for (int limit = 1; limit <= 4; limit++) {
      for (int moveAfter = 0; moveAfter < 6; moveAfter++) {
        var fresh = new EventListTest.Run(limit, moveAfter, order);
        fresh.check();
      }
    }
  }

  /// One walk through a new session's events: after page `moveAfter`, two queued events are taken
  /// up.
  private final class Run {
    private final int limit;
    private final int moveAfter;
    private final String order;

    Run(int limit, int moveAfter, String order) {
      this.limit = limit;
      this.moveAfter = moveAfter;
      this.order = order;
    }

    void check() throws Exception {
      session = api.session();
      var mine = api.post(session + "/events", Api.message("1", "2", "3", "4")).data("id");
      var brain = api.woken();
      api.process(brain, 1);
      var ids =
          pages(
              "order=" + order + "&limit=" + limit,
              page -> {
                if (page == moveAfter) {
                  api.process(brain, 2);
                }
              });
      assertThat(ids).doesNotHaveDuplicates().containsAll(mine);
    }
  }

  @Test
  void anEventThatMovedAfterTheLastQueuedPageIsNotListedAgain() throws Exception {
    var first = api.get(session + "/events?limit=2");
    assertThat(first.data("id")).isEqualTo(sent.subList(0, 2));
    api.process(lease, 5);
    var ids = new HashSet<>(first.data("id"));
    var rest = api.get(session + "/events?page=" + first.text("next_page"));
    assertThat(rest.data("id")).doesNotContainAnyElementsOf(ids).containsAll(sent.subList(2, 5));
    assertThat(rest.data("type")).hasSize(13);
  }

  @Test
  void typesNarrowTheLogAndTheInbox() throws Exception {
    api.process(lease, 2);
    assertThat(api.get(session + "/events?types%5B%5D=user.message").data("id")).isEqualTo(sent);
    assertThat(
            api.get(
                    session
                        + "/events?types[]=agent.message&types=session.error"
                            .replace("[]", "%5B%5D"))
                .data("type"))
        .containsExactly("agent.message", "agent.message");
    assertThat(pages("limit=2&types=user.message", _ -> {})).isEqualTo(sent);
  }

  @Test
  void bracketsMayComeUnencoded() throws Exception {
    var answer =
        api.raw(
            "GET "
                + session
                + "/events?types[]=user.message HTTP/1.1\r\nHost: a\r\nX-Api-Key: "
                + Api.KEY
                + "\r\nConnection: close\r\n\r\n");
    assertThat(answer).startsWith("HTTP/1.1 200").contains(sent.getFirst());
  }

  @Test
  void timeFiltersLeaveOutWhatIsQueued() throws Exception {
    api.process(lease, 2);
    var all = api.get(session + "/events");
    var third = all.data("processed_at").get(2);
    assertThat(filtered("gt", third)).isEqualTo(all.data("id").subList(3, 6));
    assertThat(filtered("gte", third)).isEqualTo(all.data("id").subList(2, 6));
    assertThat(filtered("lt", third)).isEqualTo(all.data("id").subList(0, 2));
    assertThat(filtered("lte", third)).isEqualTo(all.data("id").subList(0, 3));
    assertThat(filtered("lte", third.replace("Z", "001Z"))).isEqualTo(all.data("id").subList(0, 3));
    assertThat(filtered("gte", third.replace("Z", "001Z"))).isEqualTo(all.data("id").subList(3, 6));
    assertThat(filtered("gt", third.replace("Z", "+00:00")))
        .isEqualTo(all.data("id").subList(3, 6));
  }

  private List<String> filtered(String bound, String time) throws Exception {
    return api.get(session + "/events?created_at%5B" + bound + "%5D=" + time).data("id");
  }

  @Test
  void whatIsPrivateIsNeverListed() throws Exception {
    api.emit(lease, new Event.ToolDispatched(api.id(), api.id(), 1));
    assertThat(api.get(session + "/events").data("id")).isEqualTo(sent);
    assertThat(api.get(session + "/events?types=drover.tool_dispatched").data("id")).isEmpty();
    assertThat(pages("limit=1", _ -> {})).isEqualTo(sent);
  }

  @Test
  void aCursorIsOfOneOrder() throws Exception {
    var next = api.get(session + "/events?limit=1").text("next_page");
    assertThat(api.get(session + "/events?order=desc&page=" + next).error())
        .isEqualTo("invalid_request_error: page token order does not match request");
  }
}
