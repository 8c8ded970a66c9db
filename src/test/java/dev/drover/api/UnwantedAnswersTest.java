package dev.drover.api;

import static org.assertj.core.api.Assertions.assertThat;

import dev.drover.base.Json;
import dev.drover.session.Event;
import dev.drover.session.Event.Permission;
import dev.drover.session.EventId;
import dev.drover.session.Lease;
import dev.drover.session.SessionId;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/// Answers that nothing waits for, and sends to a session that takes none.
final class UnwantedAnswersTest {
  private final Api api = new Api();
  private final EventId asked = api.id();
  private final EventId allowed = api.id();
  private final EventId custom = api.id();
  private String session = "";
  private Lease lease = new Lease(new SessionId("sesn_01none"), 0);

  /// The model has called three tools, and the turn stands still.
  @BeforeEach
  void waitForTheClient() throws Exception {
    session = api.session();
    api.say(session, "go");
    lease = api.woken();
    api.process(lease, 1);
    api.emit(
        lease,
        new Event.AgentToolUse(asked, "bash", Json.EMPTY, Permission.ASKED),
        new Event.AgentToolUse(allowed, "read", Json.EMPTY, Permission.ALLOWED),
        new Event.AgentCustomToolUse(custom, "lookup", Json.EMPTY));
    api.rest(lease);
  }

  @AfterEach
  void stop() {
    api.close();
  }

  private static Json.Obj confirm(EventId use, String result) {
    return Json.obj("type", "user.tool_confirmation", "tool_use_id", use.value(), "result", result);
  }

  private static Json.Obj result(EventId use) {
    return Json.obj("type", "user.custom_tool_result", "custom_tool_use_id", use.value());
  }

  private static Json.Obj message() {
    var text = Json.obj("type", "text", "text", "hi");
    return Json.obj("type", "user.message", "content", List.of(text));
  }

  private Api.Answer send(Json.Obj... events) throws Exception {
    return api.post(
        session + "/events", Json.obj("events", Arrays.asList((Object[]) events)).toString());
  }

  private void refused(String message, Json.Obj... events) throws Exception {
    var before = api.get(session + "/events").data("id");
    var answer = send(events);
    assertThat(answer.status()).isEqualTo(400);
    assertThat(answer.error()).isEqualTo("invalid_request_error: " + message);
    assertThat(api.get(session + "/events").data("id")).isEqualTo(before);
  }

  private void taken(Json.Obj... events) throws Exception {
    assertThat(send(events).status()).isEqualTo(200);
  }

  private static String noConfirmation(int index, EventId use) {
    return "events.%d.tool_use_id: no tool use %s is waiting for a confirmation"
        .formatted(index, use);
  }

  private static String noResult(int index, EventId use) {
    return "events.%d.custom_tool_use_id: no tool use %s is waiting for a result"
        .formatted(index, use);
  }

  @Test
  void anAllowedCallNeedsNoConfirmation() throws Exception {
    refused(noConfirmation(0, allowed), confirm(allowed, "allow"));
    refused(noConfirmation(0, allowed), confirm(allowed, "deny"));
  }

  @Test
  void eachKindOfCallHasItsOwnKindOfAnswer() throws Exception {
    refused(noConfirmation(0, custom), confirm(custom, "allow"));
    refused(noResult(0, asked), result(asked));
    refused(noResult(0, allowed), result(allowed));
  }

  @Test
  void whatIsNoCallAtAllHasNoAnswer() throws Exception {
    var message = new EventId(api.get(session + "/events").data("id").get(1));
    refused(noConfirmation(0, message), confirm(message, "allow"));
    refused(noResult(0, message), result(message));
  }

  @Test
  void aCallIsAnsweredOnce() throws Exception {
    taken(result(custom));
    refused(noResult(0, custom), result(custom));
    taken(confirm(asked, "deny"));
    refused(noConfirmation(0, asked), confirm(asked, "deny"));
    refused(noConfirmation(0, asked), confirm(asked, "allow"));
  }

  @Test
  void twoAnswersInOneRequestAreRefusedTogether() throws Exception {
    refused(noResult(1, custom), result(custom), result(custom));
    refused(noConfirmation(1, asked), confirm(asked, "allow"), confirm(asked, "deny"));
    refused(noResult(1, asked), confirm(asked, "allow"), result(asked));
    taken(confirm(asked, "allow"), result(custom));
  }

  @Test
  void anAnswerIsOfOneSession() throws Exception {
    var first = session;
    session = api.session();
    refused(noResult(0, custom), result(custom));
    refused(noConfirmation(0, asked), confirm(asked, "allow"));
    session = first;
    taken(confirm(asked, "allow"), result(custom));
  }

  @Test
  void aMessageWaitsUntilTheCallsAreAnswered() throws Exception {
    var waiting =
        "Invalid user.message event at events[0]: waiting on responses to events ["
            + asked
            + " "
            + custom
            + "]; only"
            + " user.tool_confirmation, user.custom_tool_result, user.tool_result, or"
            + " user.interrupt may be sent";
    refused(waiting, message());
    taken(result(custom));
    assertThat(api.woken()).isNotNull();
  }

  @Test
  void anArchivedSessionTakesNothing() throws Exception {
    assertThat(api.post(session + "/archive").status()).isEqualTo(200);
    var thread = api.get(session + "/threads").data("id").getFirst();
    for (var event :
        List.of(
            message(),
            confirm(asked, "allow"),
            result(custom),
            Json.obj("type", "user.interrupt"),
            Json.obj("type", "user.interrupt", "session_thread_id", thread))) {
      refused("session has been archived", event);
    }
    assertThat(api.woken).isEmpty();
    assertThat(api.rung).isEmpty();
  }

  @Test
  void aDeletedSessionIsNotThere() throws Exception {
    api.delete(session);
    var answer = send(message());
    assertThat(answer.status()).isEqualTo(404);
    assertThat(answer.error())
        .isEqualTo(
            "not_found_error: Session "
                + session.substring("/v1/sessions/".length())
                + " not found.");
  }

  @Test
  void moreThanAHundredEventsOrAFullInboxAreRefused() throws Exception {
    taken(Json.obj("type", "user.interrupt"));
    session = api.session();
    var hundred = new Json.Obj[100];
    Arrays.fill(hundred, message());
    var more = Arrays.copyOf(hundred, 101);
    more[100] = message();
    refused("events: must contain no more than 100 item(s)", more);
    for (int i = 0; i < 10; i++) {
      taken(hundred);
    }
    refused("A session may have at most 1000 waiting events; 1000 are waiting already.", message());
  }
}
