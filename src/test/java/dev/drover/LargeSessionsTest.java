package dev.drover;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.drover.base.Json;
import dev.drover.base.Scope;
import dev.drover.testing.Script;
import dev.drover.testing.ScriptedMessages;
import dev.drover.testing.ServerProcess;
import java.io.IOException;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/// Clients that send very long messages, again and again and at once, to a server with a small
/// heap: every request is answered, and other sessions notice nothing. Message and heap are a
/// quarter and a third of the longest request and of the heap that users have. All tests have one
/// server.
@Timeout(300)
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@Tag("sandbox")
final class LargeSessionsTest {
  /// Two blocks of almost the longest text.
  private static final String LONG = message("x".repeat(3_900_000), 2);

  private Path directory;

  private final HttpClient http = HttpClient.newHttpClient();
  private final ScriptedMessages model = ScriptedMessages.start();
  private ServerProcess server;

  @BeforeAll
  void start(@TempDir Path temporary) throws Exception {
    directory = temporary;
    model.otherwise(_ -> Script.reply().text("ok"));
    server =
        ServerProcess.start(
            directory.resolve("data"),
            directory.resolve("log").toFile(),
            Map.of(
                "DROVER_ANTHROPIC_BASE_URL",
                model.uri().toString(),
                "_JAVA_OPTIONS", // goes before those of the command line
                "-Xmx256m"));
  }

  @AfterEach
  void forget() {
    model.unscript();
    model.forget();
  }

  @AfterAll
  void stop() throws IOException {
    if (server != null) {
      server.close();
    }
    model.close();
    http.shutdownNow();
    assertThat(Files.readString(directory.resolve("log"))).doesNotContain("OutOfMemoryError");
  }

  private static String message(String text, int blocks) {
    var block = Json.obj("type", "text", "text", text).toString();
    return "{\"events\":[{\"type\":\"user.message\",\"content\":["
        + String.join(",", Collections.nCopies(blocks, block))
        + "]}]}";
  }

  private HttpResponse<String> send(String session, String body) throws Exception {
    return http.send(
        request("/v1/sessions/" + session + "/events")
            .header("content-type", "application/json")
            .POST(HttpRequest.BodyPublishers.ofString(body))
            .build(),
        HttpResponse.BodyHandlers.ofString());
  }

  private HttpRequest.Builder request(String path) {
    return HttpRequest.newBuilder(server.url().resolve(path))
        .header("authorization", "Bearer " + ServerProcess.KEY);
  }

  private HttpResponse<String> get(String path) throws Exception {
    return http.send(request(path).build(), HttpResponse.BodyHandlers.ofString());
  }

  /// All pages of a list of events.
  private List<String> list(String session, String order) throws Exception {
    var ids = new ArrayList<String>();
    var path = "/v1/sessions/" + session + "/events?order=" + order;
    var next = "";
    while (true) {
      var answer = get(path + next);
      assertThat(answer.statusCode()).as(answer.body().substring(0, 40)).isEqualTo(200);
      var page = (Json.Obj) Json.trusted(answer.body());
      page.items("data").forEach(event -> ids.add(String.valueOf(((Json.Obj) event).text("id"))));
      if (page.text("next_page") == null) {
        return ids;
      }
      next = "&page=" + page.text("next_page");
    }
  }

  /// Waits for so many turns to end.
  private void awaitTurns(String session, int turns) {
    var path = "/v1/sessions/" + session + "/events?types[]=session.status_idle";
    await()
        .until(() -> get(path).body().split("\"type\":\"session.status_idle\"", -1).length > turns);
    model.forget();
  }

  @Test
  void aSessionOfLongMessagesIsListedAndOthersGoOn() throws Exception {
    try (var client = server.client()) {
      var session = client.session("scripted");
      for (int i = 0; i < 3; i++) {
        var answer = send(session, LONG);
        assertThat(answer.statusCode()).isEqualTo(200);
        var sent =
            ((Json.Obj) ((Json.Obj) Json.trusted(answer.body())).items("data").getFirst())
                .text("id");
        assertThat(list(session, "asc")).contains(sent).doesNotHaveDuplicates();
        awaitTurns(session, i + 1);
      }
      var ascending = list(session, "asc");
      assertThat(list(session, "desc")).isEqualTo(ascending.reversed());
      assertThat(get("/v1/sessions/" + session + "/events?types[]=session.error").body())
          .contains("compaction_limit_reached_error", "The session's log takes 22 MB");
      try (var scope = new Scope()) {
        var lists = new ArrayList<Scope.Task<List<String>>>();
        for (int i = 0; i < 2; i++) {
          lists.add(scope.fork(() -> list(session, "asc")));
        }
        var other = client.session("scripted");
        client.say(other, "Hi");
        client.awaitIdle(other);
        for (var one : lists) {
          assertThat(one.join()).isEqualTo(ascending);
        }
      }
    }
  }

  @Test
  void anInboxIsFullAtSoManyBytes() throws Exception {
    model.script(Script.reply().text("first").hold(new CountDownLatch(1)));
    try (var client = server.client()) {
      var session = client.session("scripted");
      client.say(session, "Hi");
      model.request(1);
      for (int i = 0; i < 4; i++) {
        assertThat(send(session, LONG).statusCode()).isEqualTo(200);
      }
      for (int i = 0; i < 2; i++) {
        var refused = send(session, LONG);
        assertThat(refused.statusCode()).isEqualTo(400);
        assertThat(refused.body()).contains("invalid_request_error", "32 MB of waiting events");
      }
      assertThat(list(session, "asc")).hasSize(8);
      assertThat(list(session, "desc")).hasSize(8);
    }
  }

  @Test
  void manyLongMessagesAtOnceAreReceived() throws Exception {
    try (var client = server.client();
        var scope = new Scope()) {
      var answers = new ArrayList<Scope.Task<Integer>>();
      var sessions = new ArrayList<String>();
      for (int i = 0; i < 4; i++) {
        var session = client.session("scripted");
        sessions.add(session);
        answers.add(scope.fork(() -> send(session, LONG).statusCode()));
      }
      for (var answer : answers) {
        assertThat(answer.join()).isEqualTo(200);
      }
      for (var session : sessions) {
        awaitTurns(session, 1);
      }
    }
  }
}
