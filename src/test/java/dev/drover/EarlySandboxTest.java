package dev.drover;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.drover.base.Json;
import dev.drover.brain.Retries;
import dev.drover.model.http.Timeouts;
import dev.drover.testing.Chunks;
import dev.drover.testing.DroverClient;
import dev.drover.testing.Script;
import dev.drover.testing.ScriptedMessages;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/// Real sandboxes that are made while a model still writes the call: whatever comes of the call, a
/// session has one sandbox at most, and none remains without a session.
@Timeout(120)
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@Tag("sandbox")
final class EarlySandboxTest {
  @TempDir static Path data;

  private ScriptedMessages model;
  private Drover drover;
  private DroverClient client;
  private final CountDownLatch never = new CountDownLatch(1);
  private int madeBefore;

  @BeforeAll
  void start() throws Exception {
    model = ScriptedMessages.start();
    Files.writeString(
        data.resolve("drover.yaml"),
        """
        openai: {base_url: "%s/v1", api_key: sk-chat}
        anthropic: {base_url: "%s", api_key: sk-messages}
        """
            .formatted(model.uri(), model.uri()));
    drover =
        new Drover(
            Config.read(Map.of("data", data.toString(), "port", "0", "drain_ms", "0"), Map.of()),
            new Hasty(
                new Retries(3, Duration.ofMillis(5), Duration.ofMillis(10), Duration.ofSeconds(30)),
                Timeouts.DEFAULT));
    client = new DroverClient(drover.url(), drover.key().reveal());
  }

  @BeforeEach
  void count() {
    madeBefore = made();
  }

  @AfterEach
  void forget() {
    for (var session : client.get("/v1/sessions").items("data")) {
      client.delete("/v1/sessions/" + ((Json.Obj) session).text("id"));
    }
    await().until(() -> hands().isEmpty());
    model.unscript();
    model.forget();
  }

  @AfterAll
  void stop() {
    never.countDown();
    client.close();
    drover.close();
    model.close();
  }

  private List<String> hands() {
    return List.of(data.resolve("hands").toFile().list());
  }

  /// A figure of the metrics page; 0 if it is not there yet.
  private int figure(String name) {
    return client
        .text("/metrics")
        .lines()
        .filter(line -> line.startsWith(name + " "))
        .mapToInt(line -> Integer.parseInt(line.substring(name.length() + 1)))
        .findFirst()
        .orElse(0);
  }

  private int made() {
    return figure("drover_hands_provisioned_total{outcome=\"ok\"}");
  }

  private void awaitSandbox() {
    await().until(() -> made() == madeBefore + 1 && figure("drover_hands_alive") == 1);
  }

  /// A reply that begins a call of bash.
  private static Script beginsACall() {
    var start = Json.obj("type", "tool_use", "id", "toolu_0", "name", "bash", "input", Json.EMPTY);
    return Script.reply()
        .event(Json.obj("type", "content_block_start", "index", 0, "content_block", start))
        .stop("tool_use");
  }

  private static Script endsIt(Script begun) {
    var input = Json.obj("command", "echo early").toString();
    var delta = Json.obj("type", "input_json_delta", "partial_json", input);
    return begun
        .event(Json.obj("type", "content_block_delta", "index", 0, "delta", delta))
        .event(Json.obj("type", "content_block_stop", "index", 0));
  }

  private List<Json.Obj> results(String session) {
    return FaultScenario.ofType(client.events(session), "agent.tool_result");
  }

  private void assertRanOnce(String session) {
    assertThat(results(session)).hasSize(1);
    assertThat(results(session).getFirst().toString()).contains("early", "\"is_error\":false");
    assertThat(made()).isEqualTo(madeBefore + 1);
    assertThat(hands()).hasSize(1);
  }

  @Test
  void itIsThereBeforeTheCallIsComplete() throws Exception {
    var goes = new CountDownLatch(1);
    model.script(endsIt(beginsACall().hold(goes)), Script.reply().text("ok"));
    var session = client.session("scripted");
    client.say(session, "Hi");
    awaitSandbox();
    assertThat(client.types(session)).last().isEqualTo("span.model_request_start");
    goes.countDown();
    client.awaitIdle(session);
    assertRanOnce(session);
  }

  @Test
  void itIsThereBeforeTheCallOfAChatModelIsComplete() throws Exception {
    var goes = new CountDownLatch(1);
    model.script(
        Chunks.open(Chunks.call(0, "call_a", "bash", "{\"command\":"))
            .hold(goes)
            .raw("data: " + Chunks.more(0, "\"echo early\"}") + "\n\n")
            .raw("data: " + Chunks.finish("tool_calls") + "\n\ndata: [DONE]\n\n"),
        Chunks.stream(Chunks.text("ok"), Chunks.finish("stop")));
    var session = client.session("openai/gpt-test");
    client.say(session, "Hi");
    awaitSandbox();
    goes.countDown();
    client.awaitIdle(session);
    assertRanOnce(session);
  }

  @Test
  void anInterruptedCallLeavesTheSessionItsSandbox() throws Exception {
    model.script(beginsACall().hold(never), endsIt(beginsACall()), Script.reply().text("ok"));
    var session = client.session("scripted");
    client.say(session, "Hi");
    awaitSandbox();
    client.interrupt(session);
    client.awaitIdle(session);
    assertThat(figure("drover_hands_alive")).isEqualTo(1);
    client.say(session, "Again");
    await().until(() -> results(session).size() == 1);
    client.awaitIdle(session);
    assertRanOnce(session);
  }

  @Test
  void aStreamThatBreaksAndIsTriedAgainMakesNoSecondOne() throws Exception {
    var goes = new CountDownLatch(1);
    model.script(
        beginsACall().hold(goes).reset(), endsIt(beginsACall()), Script.reply().text("ok"));
    var session = client.session("scripted");
    client.say(session, "Hi");
    awaitSandbox();
    goes.countDown();
    await().until(() -> results(session).size() == 1);
    client.awaitIdle(session);
    assertRanOnce(session);
  }

  @Test
  void ofASessionThatIsDeletedBeforeItsFirstCallNothingRemains() {
    model.script(beginsACall().hold(never));
    var session = client.session("scripted");
    client.say(session, "Hi");
    awaitSandbox();
    client.interrupt(session);
    client.awaitIdle(session);
    client.delete("/v1/sessions/" + session);
    await().until(() -> hands().isEmpty());
    await().until(() -> figure("drover_hands_alive") == 0);
    await().until(() -> !Files.exists(data.resolve("workspaces/" + session)));
  }

  @Test
  void eachSessionHasItsOwn() throws Exception {
    model.script(beginsACall().hold(never), beginsACall().hold(never));
    var one = client.session("scripted");
    var other = client.session("scripted");
    client.say(one, "Hi");
    client.say(other, "Hi");
    await().until(() -> made() == madeBefore + 2);
    assertThat(hands()).hasSize(2).doesNotHaveDuplicates();
    client.interrupt(one);
    client.interrupt(other);
    client.awaitIdle(one);
    client.awaitIdle(other);
    model.script(
        Script.reply().toolUse("bash", Json.obj("command", "echo mine > mine; ls /workspace")),
        Script.reply().text("ok"),
        Script.reply().toolUse("bash", Json.obj("command", "ls /workspace; echo early")),
        Script.reply().text("ok"));
    client.say(one, "Write");
    await().until(() -> results(one).size() == 1);
    client.awaitIdle(one);
    client.say(other, "Look");
    await().until(() -> results(other).size() == 1);
    client.awaitIdle(other);
    assertThat(results(other).getFirst().toString()).contains("early").doesNotContain("mine");
    assertThat(made()).isEqualTo(madeBefore + 2);
  }

  @Test
  void aTurnOfTextStartsNoProcess() {
    model.script(Script.reply().text("Hello"));
    var session = client.session("scripted");
    client.say(session, "Hi");
    client.awaitIdle(session);
    assertThat(hands()).isEmpty();
    assertThat(made()).isEqualTo(madeBefore);
  }
}
