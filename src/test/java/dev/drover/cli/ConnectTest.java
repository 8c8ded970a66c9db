package dev.drover.cli;

import static dev.drover.cli.CannedServer.OWN;
import static dev.drover.cli.CannedServer.SESSION;
import static dev.drover.cli.CannedServer.UNTIL_SENT;
import static dev.drover.cli.CannedServer.frame;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.drover.base.Json;
import dev.drover.base.Scope;
import java.io.IOException;
import java.io.PipedInputStream;
import java.io.PipedOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/// What a person and a session say to each other.
@Timeout(30)
final class ConnectTest {
  private static final String EVENTS = "POST /v1/sessions/" + SESSION + "/events";
  private static final String NOTHING = "{\"data\":[],\"next_page\":null}";

  private final CannedServer server = new CannedServer();
  private final TestShell shell = new TestShell();
  private final PipedOutputStream keyboard = new PipedOutputStream();
  private int events = 100;

  @AfterEach
  void close() {
    server.close();
  }

  private int connect(String... args) {
    var all = new ArrayList<>(List.of("sessions", "connect", SESSION));
    all.addAll(Arrays.asList(args));
    return shell.run(server, all.toArray(String[]::new));
  }

  private void type(String line) throws IOException {
    keyboard.write((line + "\n").getBytes(StandardCharsets.UTF_8));
    keyboard.flush();
  }

  private String event(String type, @Nullable Object... fields) {
    var event = Json.obj("type", type, "id", "sevt_" + events++, "processed_at", "T");
    for (int i = 0; i < fields.length; i += 2) {
      event = event.with(String.valueOf(fields[i]), fields[i + 1]);
    }
    return event.toString();
  }

  private String running() {
    return event("session.status_running");
  }

  private String idle(String... ids) {
    return event(
        "session.status_idle",
        "stop_reason",
        ids.length == 0
            ? Json.obj("type", "end_turn")
            : Json.obj("type", "requires_action", "event_ids", List.of(ids)),
        "stop_details",
        null);
  }

  private String asks(String id, String command) {
    return event(
        "agent.tool_use",
        "id",
        id,
        "name",
        "bash",
        "input",
        Json.obj("command", command),
        "evaluated_permission",
        "ask");
  }

  private String says(String text) {
    return event("agent.message", "content", List.of(Json.obj("type", "text", "text", text)));
  }

  /// A page of the list, newest first.
  private static String page(String... json) {
    var items = Arrays.stream(json).map(Json::trusted).toList();
    return Json.obj("data", items, "next_page", null).toString();
  }

  @Test
  void aWaitingCallIsShownAndAllowed() {
    shell.input = "/allow\n";
    server.list(page(idle("sevt_7"), asks("sevt_7", "rm -rf build"), running()));
    server.stream(
        UNTIL_SENT,
        frame(
            event(
                "user.tool_confirmation",
                "id",
                OWN + 1,
                "tool_use_id",
                "sevt_7",
                "result",
                "allow")),
        frame(running()),
        frame(event("agent.tool_result", "tool_use_id", "sevt_7", "content", List.of())),
        frame(says("It is gone.")),
        frame(idle()));
    assertThat(connect("--until-idle")).isZero();
    assertThat(server.bodies(EVENTS))
        .containsExactly(
            "{\"events\":[{\"type\":\"user.tool_confirmation\",\"tool_use_id\":\"sevt_7\","
                + "\"result\":\"allow\"}]}");
    assertThat(shell.out())
        .containsSubsequence(
            "▸ bash  rm -rf build",
            "waiting for input:",
            "permission for bash  rm -rf build",
            "/allow sevt_7",
            "/deny sevt_7",
            "allow sevt_7",
            "(no output)",
            "It is gone.",
            "(idle)");
    assertThat(shell.err()).isEmpty();
  }

  @Test
  void yesAndNoAnswerTheFirstWaitingCall() {
    shell.input = "hello\ny\nn not this one\n";
    server.list(
        page(idle("sevt_7", "sevt_8"), asks("sevt_8", "two"), asks("sevt_7", "one"), running()));
    server.stream(
        UNTIL_SENT,
        UNTIL_SENT,
        frame(event("user.tool_confirmation", "id", OWN + 1, "tool_use_id", "sevt_7")),
        frame(event("user.tool_confirmation", "id", OWN + 2, "tool_use_id", "sevt_8")),
        frame(running()),
        frame(idle()));
    assertThat(connect("--until-idle")).isEqualTo(1); // a message was not sent
    assertThat(shell.err())
        .contains(
            "not sent: the session waits for permission for bash  one; permission for bash  two."
                + " Type y or n");
    assertThat(shell.out()).contains("Type y to allow the first, n [WHY] to deny it.");
    assertThat(server.bodies(EVENTS))
        .containsExactly(
            "{\"events\":[{\"type\":\"user.tool_confirmation\",\"tool_use_id\":\"sevt_7\","
                + "\"result\":\"allow\"}]}",
            "{\"events\":[{\"type\":\"user.tool_confirmation\",\"tool_use_id\":\"sevt_8\","
                + "\"result\":\"deny\",\"deny_message\":\"not this one\"}]}");
  }

  @Test
  void oneOfSeveralIsDeniedWithAReason() throws Exception {
    shell.keyboard = new PipedInputStream(keyboard);
    server.list(
        page(idle("sevt_7", "sevt_8"), asks("sevt_8", "two"), asks("sevt_7", "one"), running()));
    server.stream(
        UNTIL_SENT,
        frame(
            event(
                "user.tool_confirmation",
                "id",
                OWN + 1,
                "tool_use_id",
                "sevt_8",
                "result",
                "deny")),
        frame(idle("sevt_7")),
        UNTIL_SENT,
        frame(
            event(
                "user.tool_confirmation",
                "id",
                OWN + 2,
                "tool_use_id",
                "sevt_7",
                "result",
                "deny")),
        frame(running()),
        frame(idle()));
    try (var scope = new Scope()) {
      var status = scope.fork(() -> connect("--until-idle"));
      type("/allow");
      await()
          .until(
              () -> shell.err().contains("2 calls are waiting for permission; give the id of one"));
      type("/deny sevt_8 not this one");
      await().until(() -> shell.out().contains("deny sevt_8"));
      await().until(() -> shell.out().split("waiting for input", -1).length == 3);
      type("/deny nor this");
      keyboard.close();
      assertThat(status.join()).isEqualTo(1); // one line was not understood
    }
    assertThat(server.bodies(EVENTS))
        .containsExactly(
            "{\"events\":[{\"type\":\"user.tool_confirmation\",\"tool_use_id\":\"sevt_8\","
                + "\"result\":\"deny\",\"deny_message\":\"not this one\"}]}",
            "{\"events\":[{\"type\":\"user.tool_confirmation\",\"tool_use_id\":\"sevt_7\","
                + "\"result\":\"deny\",\"deny_message\":\"nor this\"}]}");
  }

  @Test
  void aCustomToolIsAnswered() {
    shell.input = "/result sevt_7 18 degrees\n";
    var call =
        event(
            "agent.custom_tool_use",
            "id",
            "sevt_7",
            "name",
            "weather",
            "input",
            Json.obj("city", "Oslo"));
    server.list(page(idle("sevt_7"), call, running()));
    server.stream(
        UNTIL_SENT,
        frame(event("user.custom_tool_result", "id", OWN + 1, "custom_tool_use_id", "sevt_7")),
        frame(running()),
        frame(idle()));
    assertThat(connect("--until-idle")).isZero();
    assertThat(shell.out())
        .contains("the result of weather  {\"city\":\"Oslo\"}", "/result sevt_7 TEXT");
    assertThat(server.bodies(EVENTS).getFirst())
        .contains("\"custom_tool_use_id\":\"sevt_7\"", "\"18 degrees\"");
  }

  @Test
  void aTurnThatWaitsForSomebodyIsNotOver() {
    shell.input = "go\n";
    server.list(NOTHING);
    server.stream(
        UNTIL_SENT,
        frame(event("user.message", "id", OWN + 1, "content", List.of())),
        frame(running()),
        frame(asks("sevt_7", "ls")),
        frame(idle("sevt_7")));
    assertThat(connect("--until-idle", "--tail", "0")).isEqualTo(1);
    assertThat(shell.err()).contains("waiting for input: permission for bash  ls");
  }

  @Test
  void anIdleFromBeforeIsNotTheEndOfWhatWasAsked() {
    shell.input = "go\n";
    server.list(page(running()));
    server.stream(
        UNTIL_SENT,
        frame(idle()),
        frame(event("user.message", "id", OWN + 1, "content", List.of())),
        frame(running()),
        frame(says("Done.")),
        frame(idle()));
    assertThat(connect("--until-idle")).isZero();
    assertThat(shell.out()).contains("Done.");
  }

  @Test
  void aBrokenStreamIsOpenedAgainAndNothingIsShownTwice() throws Exception {
    shell.keyboard = new PipedInputStream(keyboard);
    var first = says("First.");
    var missed = says("Missed.");
    var queued =
        event(
            "user.message",
            "processed_at",
            null,
            "content",
            List.of(Json.obj("type", "text", "text", "Later.")));
    server.list(page(queued)).stream(frame(first));
    server.list(page(queued, missed, first)).stream(
        frame(missed), frame(says("Third.")), UNTIL_SENT);
    try (var scope = new Scope()) {
      var status = scope.fork(() -> connect());
      await().until(() -> shell.out().contains("Third."));
      type("/quit");
      assertThat(status.join()).isZero();
    }
    assertThat(shell.out())
        .containsOnlyOnce("First.")
        .containsOnlyOnce("Missed.")
        .containsOnlyOnce("> Later.")
        .containsSubsequence("First.", "Missed.", "Third.");
    assertThat(shell.err()).containsSubsequence("reconnecting", "connected again", "detached");
    assertThat(server.bodies(EVENTS)).isEmpty();
  }

  @Test
  void ctrlCDetachesAndTouchesNothing() throws Exception {
    shell.keyboard = new PipedInputStream(keyboard);
    server.list(NOTHING).stream(UNTIL_SENT);
    try (var scope = new Scope()) {
      var status = scope.fork(() -> connect());
      shell.handlers.take().run();
      assertThat(status.join()).isZero();
    }
    assertThat(shell.err()).contains("the session continues");
    assertThat(server.bodies(EVENTS)).isEmpty();
    assertThat(shell.handlers).isEmpty();
  }

  @Test
  void theEndOfTheInputDetachesAfterEverythingWasSent() {
    shell.input = "one\n\n/interrupt\n//slash\n";
    server.list(NOTHING).stream(UNTIL_SENT, UNTIL_SENT, UNTIL_SENT, UNTIL_SENT);
    assertThat(connect()).isZero();
    assertThat(server.bodies(EVENTS))
        .containsExactly(
            "{\"events\":[{\"type\":\"user.message\",\"content\":[{\"type\":\"text\",\"text\":\"one\"}]}]}",
            "{\"events\":[{\"type\":\"user.interrupt\"}]}",
            "{\"events\":[{\"type\":\"user.message\",\"content\":[{\"type\":\"text\",\"text\":\"/slash\"}]}]}");
  }

  @Test
  void aLineThatIsNotUnderstoodIsNotSent() {
    shell.input = "/alow x\n/result x\n/allow a b\n/quit now\n/deny\n/help\n";
    server.list(NOTHING).stream(UNTIL_SENT);
    assertThat(connect()).isEqualTo(1);
    assertThat(shell.err())
        .contains(
            "unknown command /alow",
            "/result takes an id and a text",
            "/allow takes one id",
            "this command takes no arguments",
            "no call is waiting for permission",
            "/interrupt          interrupt the agent");
    assertThat(server.bodies(EVENTS)).isEmpty();
  }

  @Test
  void whatTheServerRefusesIsSaidAndTheSessionGoesOn() {
    shell.input = "hello\n";
    server.refuse(400).list(NOTHING).stream(UNTIL_SENT);
    assertThat(connect("--until-idle")).isEqualTo(1);
    assertThat(shell.err()).contains("not sent: not so").doesNotContain("req_7");
  }

  @Test
  void aTerminatedSessionEndsIt() throws Exception {
    shell.keyboard = new PipedInputStream(keyboard);
    server.list(NOTHING).stream(frame(event("session.status_terminated")), UNTIL_SENT);
    assertThat(connect()).isZero();
    assertThat(shell.err()).contains("the session has ended");
  }

  @Test
  void jsonIsTheEventsAndNothingElse() {
    shell.input = "hi\n";
    var before = says("Before.");
    server.list(page(before));
    var own = event("user.message", "id", OWN + 1, "content", List.of());
    var end = idle();
    server.stream(UNTIL_SENT, frame(own), frame(end));
    assertThat(connect("--until-idle", "--json")).isZero();
    assertThat(shell.out()).isEqualTo(before + "\n" + own + "\n" + end + "\n");
    assertThat(shell.err()).isEmpty();
  }

  @Test
  void onATerminalWhatIsTypedIsNotShownAgain() {
    shell.input = "typed here\n";
    shell.terminal = true;
    shell.typed = true;
    server.list(NOTHING);
    server.stream(
        UNTIL_SENT,
        frame(
            event(
                "user.message",
                "id",
                OWN + 1,
                "content",
                List.of(Json.obj("type", "text", "text", "typed here")))),
        Canned.MESSAGE_START,
        Canned.delta("Hel"),
        Canned.message("Hello."),
        frame(idle()));
    assertThat(connect("--until-idle")).isZero();
    assertThat(shell.out()).contains("Hello.").doesNotContain("typed here");
    assertThat(server.requests()).anyMatch(request -> request.contains("event_deltas"));
  }
}
