package dev.drover;

import static org.assertj.core.api.Assertions.assertThat;

import dev.drover.base.Json;
import dev.drover.testing.DroverClient;
import java.net.http.HttpClient;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/// `drover replay` of a session of a whole server, and of its bundle.
@Tag("database")
@Tag("sandbox")
@Timeout(60)
final class ReplayHereTest {
  private static final int TURNS = 3;

  /// In its first turn the rehearsal makes a call.
  private static final int REQUESTS = TURNS + 1;

  @TempDir private Path directory;
  private Drover server;
  private TerminalUser user;
  private String session;

  @BeforeEach
  void start() throws Exception {
    server = TerminalUser.server(directory, Map.of("profiles.selectable", "default"));
    user = new TerminalUser(server, directory);
    try (var client = client(server.key().reveal())) {
      session = client.session("rehearsal");
      for (int i = 0; i < TURNS; i++) {
        client.say(session, "Nothing to do in turn " + i + ".");
        client.awaitIdle(session);
      }
    }
  }

  @AfterEach
  void stop() {
    server.close();
  }

  private DroverClient client(String key) {
    return new DroverClient(server.url(), key);
  }

  private List<Json.Obj> lines(String... arguments) {
    var all = Stream.concat(Arrays.stream(arguments), Stream.of("--json"));
    assertThat(user.run("", all.toArray(String[]::new))).as(() -> user.err()).isZero();
    return user.out().lines().map(line -> (Json.Obj) Json.trusted(line)).toList();
  }

  private String bundle() {
    var file = directory.resolve("session.tar").toString();
    assertThat(user.run("", "sessions", "export", session, "-o", file)).isZero();
    return file;
  }

  @Test
  void aSessionAndItsBundleAreReplayedAlike() {
    var bundle = bundle();
    for (var what : List.of(session, bundle)) {
      var answer = lines("replay", what, "--context-tokens", "50000").getFirst();
      assertThat(answer.object("recorded").number("requests", 0)).isEqualTo(REQUESTS);
      assertThat(answer.object("replayed").number("requests", 0)).isEqualTo(REQUESTS);
      assertThat(answer.number("context_tokens", 0)).isEqualTo(50_000);
      assertThat(answer.text("profile")).isEqualTo("rehearsal@1");
      var other = lines("replay", what, "--profile", "default").getFirst();
      assertThat(other.text("profile")).isEqualTo("default@1");
      var steps = lines("replay", what, "--mode", "next-step", "--points", "2", "--times", "1");
      assertThat(steps).hasSize(3);
      assertThat(steps.getFirst().object("replayed").text("kind")).isEqualTo("text");
      assertThat(steps.getLast().text("same_kind")).isEqualTo("2/2");
      assertThat(steps.getLast().text("ended_early")).isEqualTo("0/2");
      assertThat(steps.getLast().number("failed", -1)).isZero();
    }
    assertThat(user.run("", "replay", session)).isZero();
    assertThat(user.out()).containsPattern("RECORDED +REPLAYED\nrequests +4 +4\n");
    assertThat(user.run("", "replay", bundle, "--mode", "next-step", "--times", "1")).isZero();
    assertThat(user.out()).contains("POSITION").containsPattern("same_kind +4/4");
  }

  @Test
  void assumptionsAreTriedWithASessionAndItsBundle() {
    var bundle = bundle();
    var flags = new String[] {"--profile", "default", "--context-tokens", "4000"};
    for (var what : List.of(session, bundle)) {
      var arguments = Stream.of(List.of("replay", what, "--mode", "assumptions"), List.of(flags));
      var answer = lines(arguments.flatMap(List::stream).toArray(String[]::new)).getFirst();
      assertThat(answer.number("requests", 0)).isEqualTo(REQUESTS);
      assertThat(answer.items("assumptions")).hasSize(12);
      var first = (Json.Obj) answer.items("assumptions").getFirst();
      assertThat(first.text("name")).isEqualTo("long_contexts");
      assertThat(first.text("verdict")).isEqualTo("no_difference");
    }
    assertThat(user.run("", "replay", session, "--mode", "assumptions")).isZero();
    assertThat(user.out())
        .startsWith("rehearsal with the profile rehearsal@1, ")
        .containsPattern("ASSUMPTION +WITH +WITHOUT +VERDICT +WHY\n")
        .containsPattern("foresight +- +- +not made +The profile does not make");
  }

  @Test
  void aLiveReplayRunsTheMessagesInNewSessions() {
    try (var client = client(server.key().reveal())) {
      var before = withoutClock(client.get("/v1/sessions/" + session));
      var events = client.events(session);
      var live = new String[] {"replay", session, "--mode", "live"};
      assertThat(user.run("", live)).isOne();
      assertThat(user.err()).contains("confirm with --yes");
      assertThat(user.run("n\n", live)).isOne();
      assertThat(user.err()).contains("3 of 3 messages are sent to 1 new session");
      assertThat(client.get("/v1/sessions").items("data")).hasSize(1);
      var answer =
          lines(
                  "replay",
                  session,
                  "--mode",
                  "live",
                  "--yes",
                  "--max-turns",
                  "2",
                  "--profile",
                  "default",
                  "--profile",
                  "default@1")
              .getFirst();
      assertThat(answer.number("messages", 0)).isEqualTo(2);
      assertThat(answer.number("messages_recorded", 0)).isEqualTo(TURNS);
      var recorded = answer.object("recorded").object("figures");
      assertThat(recorded.number("turns", 0)).isEqualTo(2);
      assertThat(recorded.number("requests", 0)).isEqualTo(3);
      assertThat(answer.items("replayed")).hasSize(2);
      for (var item : answer.items("replayed")) {
        var side = (Json.Obj) item;
        assertThat(side.get("stopped")).hasValue(Json.NULL);
        assertThat(side.object("figures")).isEqualTo(recorded);
        assertThat(recorded.number("tool_calls", 0)).isOne();
        var made = client.get("/v1/sessions/" + side.text("session_id"));
        assertThat(made.object("metadata").text("drover.profile")).startsWith("default");
      }
      assertThat(withoutClock(client.get("/v1/sessions/" + session))).isEqualTo(before);
      assertThat(client.events(session)).isEqualTo(events);
      assertThat(user.run("", "replay", session, "--mode", "live", "--yes", "--max-tokens", "1"))
          .isOne();
      assertThat(user.out())
          .containsPattern("RECORDED +REPLAYED\nturns +3 +1\n")
          .contains("stopped at the limit of tokens");
    }
  }

  @Test
  void aLiveReplayStopsWhereAPersonIsAsked() {
    try (var client = client(server.key().reveal())) {
      var policy = Json.obj("permission_policy", Json.obj("type", "always_ask"));
      var tools = Json.obj("type", "agent_toolset_20260401", "default_config", policy);
      var agent =
          client.post(
              "/v1/agents",
              Json.obj("name", "Asks", "model", "rehearsal", "tools", Json.arr(tools)));
      var environment = client.post("/v1/environments", Json.obj("name", "asks"));
      var asks =
          client.post(
              "/v1/sessions",
              Json.obj("agent", agent.text("id"), "environment_id", environment.text("id")));
      var id = String.valueOf(asks.text("id"));
      client.say(id, "Nothing to do.");
      client.awaitIdle(id);
      assertThat(user.run("", "replay", id, "--mode", "live", "--yes")).isOne();
      assertThat(user.out())
          .containsPattern("turns +0 +0\n")
          .containsPattern("end +requires_action +waiting for input: permission for ");
    }
  }

  @Test
  void whatALiveReplayCannotDoIsSaid() {
    assertThat(user.run("", "replay", bundle(), "--mode", "live", "--yes")).isEqualTo(2);
    assertThat(user.err()).contains("import the bundle first");
    assertThat(user.run("", "replay", session, "--model", "a", "--model", "b")).isEqualTo(2);
    assertThat(user.err()).contains("--model can be given twice for live only");
    assertThat(user.run("", "replay", session, "--yes")).isEqualTo(2);
    assertThat(user.run("", "replay", session, "--mode", "live", "--yes", "--profile", "rehearsal"))
        .isOne();
    assertThat(user.err()).contains("there is no profile \"rehearsal\" to choose");
  }

  /// The duration of a session grows by itself.
  private static Json.Obj withoutClock(Json.Obj session) {
    return session.with("stats", Json.EMPTY);
  }

  @Test
  void aReplayChangesNothing() {
    try (var client = client(server.key().reveal())) {
      var before = withoutClock(client.get("/v1/sessions/" + session));
      var events = client.events(session);
      lines("replay", session, "--mode", "next-step", "--times", "1");
      lines("replay", session);
      assertThat(withoutClock(client.get("/v1/sessions/" + session))).isEqualTo(before);
      assertThat(client.events(session)).isEqualTo(events);
    }
  }

  @Test
  void whatIsWrongIsSaid() throws Exception {
    assertThat(user.run("", "replay", session, "--mode", "dead")).isEqualTo(2);
    assertThat(user.err()).contains("--mode must be requests, next-step, assumptions or live");
    assertThat(user.run("", "replay", session, "--points", "2")).isEqualTo(2);
    assertThat(user.err()).contains("--points is for another mode");
    assertThat(user.run("", "replay", session, "--mode", "next-step", "--times", "11"))
        .isEqualTo(2);
    assertThat(user.run("", "replay", session, "--strategy", "best")).isOne();
    assertThat(user.err()).contains("strategy: must be one of");
    assertThat(user.run("", "replay", session, "--profile", "best")).isOne();
    assertThat(user.err()).contains("the profiles are claude, default, rehearsal");
    assertThat(user.run("", "replay", session, "--context-tokens", "5")).isOne();
    assertThat(user.err()).contains("context-tokens: must be from");
    assertThat(user.run("", "replay", "sesn_none")).isOne();
    assertThat(user.err()).contains("not found");
    var unknown = new String[] {"replay", session, "--mode", "next-step", "--model", "claude-x"};
    assertThat(user.run("", unknown)).isOne();
    assertThat(user.err()).contains("no Messages server is configured");
    var damaged = Files.writeString(directory.resolve("damaged.tar"), "not a bundle");
    assertThat(user.run("", "replay", damaged.toString())).isOne();
    assertThat(user.err()).contains("The bundle cannot be imported");
  }

  @Test
  void anotherWorkspaceCannotReplayItAndReadingDoesNotPermitQuestions() throws Exception {
    var other =
        String.valueOf(lines("workspaces", "create", "--name", "Other").getFirst().text("id"));
    assertThat(user.run("", "keys", "create", "--workspace", other, "--name", "k")).isZero();
    var foreign = user.out().strip();
    assertThat(user.run("", "keys", "create", "--name", "r", "--scope", "sessions:read")).isZero();
    var reading = user.out().strip();
    var body = TenantClient.Body.json(Json.obj("position", 1));
    var path = "/drover/sessions/" + session + "/replay";
    try (var http = HttpClient.newHttpClient()) {
      var stranger = new TenantClient(http, server.url(), foreign);
      assertThat(stranger.send("GET", path, TenantClient.Body.NONE).status()).isEqualTo(404);
      assertThat(stranger.send("POST", path, body).status()).isEqualTo(404);
      var reader = new TenantClient(http, server.url(), reading);
      assertThat(reader.send("GET", path, TenantClient.Body.NONE).status()).isEqualTo(200);
      var trials = path + "/assumptions";
      assertThat(reader.send("GET", trials, TenantClient.Body.NONE).status()).isEqualTo(200);
      assertThat(stranger.send("GET", trials, TenantClient.Body.NONE).status()).isEqualTo(404);
      var selectable = path + "?profile=default";
      assertThat(reader.send("GET", selectable, TenantClient.Body.NONE).status()).isEqualTo(200);
      for (var place : List.of(path, trials)) {
        var refused = reader.send("GET", place + "?profile=claude", TenantClient.Body.NONE);
        assertThat(refused.status()).isEqualTo(400);
        assertThat(refused.json().object("error").text("message"))
            .isEqualTo(
                "profile: there is no profile \"claude\" to choose; the profiles are default");
      }
      assertThat(reader.send("POST", path, body).status()).isEqualTo(403);
    }
  }
}
