package dev.drover.cli;

import static dev.drover.cli.Canned.DONE;
import static dev.drover.cli.Canned.RUNNING;
import static dev.drover.cli.Canned.START;
import static dev.drover.cli.CannedServer.SESSION;
import static dev.drover.cli.CannedServer.UNTIL_SENT;
import static dev.drover.cli.CannedServer.frame;
import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(30)
final class RunTest {
  private static final String EVENTS = "POST /v1/sessions/" + SESSION + "/events";

  private final CannedServer server = new CannedServer();
  private final TestShell shell = new TestShell();

  @AfterEach
  void close() {
    server.close();
  }

  private int run(String... args) {
    return shell.run(server, args);
  }

  private static String[] turn(String... middle) {
    var all = new java.util.ArrayList<>(List.of(UNTIL_SENT, frame(Canned.user("null")), RUNNING));
    all.addAll(List.of(middle));
    return all.toArray(String[]::new);
  }

  @Test
  void aTaskBecomesASessionOfAnAgentWithTools() {
    server.stream(turn(START, Canned.message("Hi."), DONE));
    assertThat(run("run", "--system", "Be brief.", "--data", "my data", "list\nfiles")).isZero();
    assertThat(server.requests())
        .containsExactly(
            "GET /v1/environments?limit=100",
            "POST /v1/environments",
            "POST /v1/agents",
            "POST /v1/sessions",
            "GET /v1/sessions/" + SESSION + "/events/stream",
            EVENTS);
    assertThat(server.bodies("POST /v1/agents"))
        .containsExactly(
            """
            {"name":"run","model":"rehearsal","tools":[{"type":"agent_toolset_20260401"}],\
            "system":"Be brief."}\
            """);
    assertThat(server.bodies("POST /v1/sessions"))
        .containsExactly(
            """
            {"agent":"agent_01Canned","environment_id":"env_01Canned","title":"list"}\
            """);
    assertThat(server.bodies(EVENTS))
        .containsExactly(
            """
            {"events":[{"type":"user.message","content":[{"type":"text","text":"list\\nfiles"}]}]}\
            """);
    assertThat(server.asked).allMatch(asked -> asked.authorization().equals("Bearer sk-canned"));
    assertThat(server.started).containsExactly(Map.of("data", "my data"));
    assertThat(server.isClosed()).isTrue();
    assertThat(shell.out())
        .contains("drover serve --data 'my data'")
        .contains("drover logs " + SESSION + " --data 'my data'");
  }

  @Test
  void theEnvironmentOfEarlierRunsIsUsedAgain() {
    server.environment("env_01Other", "other").environment("env_01Old", "default");
    server.stream(turn(DONE));
    assertThat(run("run", "x")).isZero();
    assertThat(server.requests()).doesNotContain("POST /v1/environments");
    assertThat(server.bodies("POST /v1/sessions").getFirst()).contains("env_01Old");
  }

  @Test
  void theModelIsTheFlagsElseTheVariables() {
    shell.variables.put("DROVER_MODEL", "from-variable");
    server.stream(turn(DONE)).stream(turn(DONE));
    run("run", "x");
    assertThat(server.bodies("POST /v1/agents").getFirst()).contains("\"from-variable\"");
    try (var other = new CannedServer()) {
      other.stream(turn(DONE));
      shell.run(other, "run", "x", "--model", "from-flag");
      assertThat(other.bodies("POST /v1/agents").getFirst()).contains("\"from-flag\"");
    }
  }

  @Test
  void plainLinesHoldTheWholeStoryAndNoCodes() {
    server.stream(
        turn(
            START,
            Canned.bash("sevt_5", "ls -la"),
            Canned.result("sevt_5", "a\\nb\\nc\\nd\\ne\\nf\\ng\\nh\\ni", false),
            START.replace("sevt_4", "sevt_8"),
            Canned.message("There are nine."),
            DONE));
    assertThat(run("run", "count")).isZero();
    assertThat(shell.out())
        .startsWith(
            """
            session sesn_01Canned01Canned01Canned · model rehearsal

            ▸ bash  ls -la
              a
              b
              c
              d
              e
              f
              … 3 more lines

            There are nine.

            tokens 1,860 in 52 out · cache 7 read 3 written · 1.3 s active · \
            """)
        .doesNotContain("\u001b");
    assertThat(shell.err()).isEmpty();
  }

  @Test
  void jsonIsByteForByteWhatTheServerSent() {
    var odd =
        "{\"type\":\"agent.new_thing\", \"id\":\"sevt_77\",\"x\":1.50e3,\"t\":\"\\u00e9 é 漢\"}";
    server.stream(
        turn(
            START,
            "event: ping\ndata: {\"type\":\"ping\"}\n\n",
            "event: agent.new_thing\ndata: " + odd + "\n\n",
            Canned.MESSAGE_START,
            Canned.delta("Hi"),
            Canned.message("Hi."),
            DONE));
    assertThat(run("run", "--json", "x")).isZero();
    var expected =
        new String(
                String.join(
                        "",
                        frame(Canned.user("null")),
                        RUNNING,
                        START,
                        "data: " + odd + "\n\n",
                        Canned.MESSAGE_START,
                        Canned.delta("Hi"),
                        Canned.message("Hi."),
                        DONE)
                    .getBytes(StandardCharsets.UTF_8),
                StandardCharsets.UTF_8)
            .lines()
            .filter(line -> line.startsWith("data: "))
            .map(line -> line.substring("data: ".length()) + "\n");
    assertThat(shell.out()).isEqualTo(String.join("", expected.toList()));
    assertThat(shell.err()).contains(SESSION);
    assertThat(server.requests().get(4))
        .endsWith("agent.thinking&event_deltas%5B%5D=drover.tool_output");
  }

  @Test
  void aTaskCanComeFromStandardInput() {
    shell.input = "from a file\n";
    server.stream(turn(DONE));
    assertThat(run("run", "-")).isZero();
    assertThat(server.bodies(EVENTS).getFirst()).contains("from a file");
  }

  @Test
  void anEmptyTaskIsNotRun() {
    assertThat(run("run", " ")).isEqualTo(2);
    assertThat(server.started).isEmpty();
  }

  @Test
  void aSessionThatWaitsForThePersonSaysForWhat() {
    server.stream(
        turn(
            START,
            Canned.bash("sevt_5", "rm x").replace("\"allow\"", "\"ask\""),
            Canned.idle("{\"type\":\"requires_action\",\"event_ids\":[\"sevt_5\"]}", "null")));
    assertThat(run("run", "x")).isEqualTo(1);
    assertThat(shell.err()).contains("waiting for input: permission for bash rm x");
  }

  @Test
  void triesThatAreUsedUpAreAFailure() {
    server.stream(
        turn(
            Canned.error("sevt_5", "busy", "retrying"),
            Canned.error("sevt_6", "still busy", "exhausted"),
            Canned.idle("{\"type\":\"retries_exhausted\"}", "null")));
    assertThat(run("run", "x")).isEqualTo(1);
    assertThat(shell.err())
        .contains("drover: busy; retrying\n")
        .contains("drover: gave up: still busy\n");
  }

  @Test
  void aRefusalIsAFailure() {
    server.stream(
        turn(
            Canned.idle(
                "{\"type\":\"refusal\"}",
                "{\"type\":\"refusal\",\"category\":\"cyber\",\"explanation\":\"No.\"}")));
    assertThat(run("run", "x")).isEqualTo(1);
    assertThat(shell.err()).contains("the model refused: No.");
  }

  @Test
  void aTerminatedSessionIsAFailure() {
    server.stream(
        turn(
            frame(
                "{\"type\":\"session.status_terminated\",\"id\":\"sevt_5\",\"processed_at\":\"T\"}")));
    assertThat(run("run", "x")).isEqualTo(1);
    assertThat(shell.err()).contains("the session has ended");
  }

  @Test
  void whatTheServerRefusesIsToldInItsWords() {
    server.refuse(400);
    assertThat(run("run", "x")).isEqualTo(1);
    assertThat(shell.err()).isEqualTo("drover: not so\n");
    assertThat(server.isClosed()).isTrue();
  }

  @Test
  void aFailureOfTheServerNamesTheRequest() {
    server.environment("env_01Old", "default").refuse(500);
    assertThat(run("run", "x")).isEqualTo(1);
    assertThat(shell.err()).isEqualTo("drover: not so (some_error, req_7)\n");
  }

  @Test
  void aTaskThatNobodyWatchesIsStopped() {
    shell.closed = true;
    server.stream(
        turn(
            START,
            UNTIL_SENT,
            frame("{\"type\":\"user.interrupt\",\"id\":\"sevt_50\",\"processed_at\":\"T\"}"),
            DONE));
    assertThat(run("run", "x")).isEqualTo(130);
    assertThat(server.bodies(EVENTS)).hasSize(2);
    assertThat(server.bodies(EVENTS).getLast())
        .isEqualTo("{\"events\":[{\"type\":\"user.interrupt\"}]}");
  }

  @Test
  void aLostStreamIsOpenedAgainAndNothingIsShownTwice() {
    server.stream(turn(START, Canned.bash("sevt_5", "ls")));
    server.list(
        "{\"data\":["
            + Canned.user("\"T\"")
            + ","
            + json(Canned.bash("sevt_5", "ls"))
            + ","
            + json(Canned.result("sevt_5", "missed", false))
            + "],\"next_page\":\"a b\"}");
    server.list("{\"data\":[],\"next_page\":null}");
    server.stream(Canned.result("sevt_5", "missed", false), Canned.message("Done."), DONE);
    assertThat(run("run", "x")).isZero();
    assertThat(shell.out()).containsOnlyOnce("▸ bash").containsOnlyOnce("missed").contains("Done.");
    assertThat(shell.err()).contains("reconnecting");
    assertThat(server.requests().get(server.requests().size() - 2))
        .endsWith("/events?limit=1000&page=a+b");
    assertThat(server.requests()).last().asString().contains("/files/list?");
    assertThat(server.bodies(EVENTS)).hasSize(1);
  }

  @Test
  void aTurnThatEndedWhileTheStreamWasLostIsKnownFromTheList() {
    server.stream(turn(START));
    server.list("{\"data\":[" + json(Canned.idle("{\"type\":\"end_turn\"}", "null")) + "]}");
    server.stream();
    assertThat(run("run", "x")).isZero();
  }

  @Test
  void aStreamThatIsLostTwiceInARowIsGivenUp() {
    server.stream(UNTIL_SENT).list("{\"data\":[]}").stream();
    assertThat(run("run", "x")).isEqualTo(1);
    assertThat(shell.err()).contains("lost the connection to the server");
  }

  private static String json(String frame) {
    return frame.substring(frame.indexOf("data: ") + 6).strip();
  }
}
