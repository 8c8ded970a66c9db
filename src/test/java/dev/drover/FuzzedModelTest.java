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
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/// Sessions whose model server sends a reply that is cut or damaged, on both wires: each turn ends,
/// and each session can go on. `-Ddrover.fuzz.seed` looks elsewhere.
@Timeout(120)
@Tag("sandbox")
final class FuzzedModelTest {
  private static final long SEED = Long.getLong("drover.fuzz.seed", 20261126);
  private static final int SESSIONS = 24;
  private static final Pattern CASE = Pattern.compile("case (\\d+);");

  @TempDir static Path data;

  private final Random random = new Random(SEED);
  private final Set<String> met = ConcurrentHashMap.newKeySet();
  private final List<String> bodies = new ArrayList<>();

  @Test
  void aSessionGoesOnAfterAReplyThatIsCutOrDamaged() throws Exception {
    for (int i = 0; i < SESSIONS; i++) {
      bodies.add(body(i % 2 == 0));
    }
    try (var model = ScriptedMessages.start()) {
      model.otherwise(this::script);
      Files.writeString(
          data.resolve("drover.yaml"),
          "openai: {base_url: \"%s/v1\"}\nanthropic: {base_url: \"%s\"}\n"
              .formatted(model.uri(), model.uri()));
      var config = Config.read(Map.of("data", data.toString(), "port", "0"), Map.of());
      var hasty =
          new Retries(3, Duration.ofMillis(5), Duration.ofMillis(10), Duration.ofSeconds(30));
      try (var drover = new Drover(config, new Hasty(hasty, Timeouts.DEFAULT));
          var client = new DroverClient(drover.url(), drover.key().reveal())) {
        check(client);
      }
    }
  }

  private void check(DroverClient client) {
    var sessions = new ArrayList<String>();
    for (int i = 0; i < SESSIONS; i++) {
      sessions.add(client.session(i % 2 == 0 ? "openai/m" : "m"));
      client.say(sessions.get(i), "case " + i + ";");
    }
    sessions.forEach(client::awaitIdle);
    sessions.forEach(session -> client.say(session, "and now?"));
    for (int i = 0; i < SESSIONS; i++) {
      var session = sessions.get(i);
      await()
          .untilAsserted(
              () ->
                  assertThat(client.types(session).stream().filter("session.status_idle"::equals))
                      .hasSizeGreaterThanOrEqualTo(2));
      var events = client.events(session);
      assertThat(events.toString()).as("seed %d: %s", SEED, bodies.get(i)).contains("fine");
      assertThat(events.getLast().object("stop_reason").text("type"))
          .as("seed %d: %s", SEED, bodies.get(i))
          .isEqualTo("end_turn");
    }
  }

  /// The first request of a case gets its reply, every other a good one.
  private Script script(ScriptedMessages.Request request) {
    boolean chat = request.path().endsWith("/chat/completions");
    var said = CASE.matcher(request.body().toString());
    if (said.find() && met.add(said.group(1))) {
      return Script.stream().raw(bodies.get(Integer.parseInt(said.group(1))));
    }
    return chat
        ? Chunks.stream(Chunks.text("fine"), Chunks.finish("stop"))
        : Script.reply().text("fine");
  }

  /// A reply with a call, cut somewhere or with a character changed.
  private String body(boolean chat) {
    var whole = chat ? chat() : messages();
    int at = random.nextInt(whole.length());
    return random.nextBoolean()
        ? whole.substring(0, at)
        : whole.substring(0, at) + (char) ('!' + random.nextInt(90)) + whole.substring(at + 1);
  }

  private static String chat() {
    return List.of(
            Chunks.text("Hello"),
            Chunks.call(0, "a", "look", "{\"x\":"),
            Chunks.more(0, "1}"),
            Chunks.finish("tool_calls"))
        .stream()
        .map(chunk -> "data: " + chunk + "\n\n")
        .reduce("", String::concat);
  }

  private static String messages() {
    var call = Json.obj("type", "tool_use", "id", "t", "name", "look", "input", Json.EMPTY);
    return List.of(
            Json.obj("type", "message_start", "message", Json.obj("content", List.of())),
            block(0, Json.obj("type", "text", "text", "")),
            delta(0, Json.obj("type", "text_delta", "text", "Hello")),
            Json.obj("type", "content_block_stop", "index", 0),
            block(1, call),
            delta(1, Json.obj("type", "input_json_delta", "partial_json", "{\"x\":1}")),
            Json.obj("type", "content_block_stop", "index", 1),
            Json.obj("type", "message_delta", "delta", Json.obj("stop_reason", "tool_use")),
            Json.obj("type", "message_stop"))
        .stream()
        .map(event -> "event: " + event.text("type") + "\ndata: " + event + "\n\n")
        .reduce("", String::concat);
  }

  private static Json.Obj block(int index, Json.Obj start) {
    return Json.obj("type", "content_block_start", "index", index, "content_block", start);
  }

  private static Json.Obj delta(int index, Json.Obj delta) {
    return Json.obj("type", "content_block_delta", "index", index, "delta", delta);
  }
}
