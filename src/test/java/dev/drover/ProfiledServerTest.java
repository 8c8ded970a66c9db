package dev.drover;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.drover.base.Json;
import dev.drover.base.Problem;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/// The operator's profiles in a whole server.
@Timeout(120)
@Tag("database")
@Tag("sandbox")
final class ProfiledServerTest {
  @TempDir Path data;

  private void profile(String content) throws Exception {
    Files.createDirectories(data.resolve("profiles"));
    Files.writeString(data.resolve("profiles/mine.yaml"), content);
  }

  private Drover start() throws InterruptedException {
    var flags =
        Map.of(
            "data", data.toString(),
            "port", "0",
            "api_key", "sk-test-key",
            "profiles.selectable", "[mine]",
            "drain_ms", "0");
    return new Drover(Config.read(flags, Map.of()));
  }

  private static String session(NodeHere node, String profile) {
    var client = node.client();
    var agent = client.post("/v1/agents", Json.obj("name", "A", "model", "rehearsal"));
    var environment = client.post("/v1/environments", Json.obj("name", profile));
    var session =
        client.post(
            "/v1/sessions",
            Json.obj(
                "agent", agent.text("id"),
                "environment_id", environment.text("id"),
                "metadata", Json.obj("drover.profile", profile)));
    return String.valueOf(session.text("id"));
  }

  @Test
  void aServerStartsOnlyWithProfilesThatAreTrue() throws Exception {
    profile("{name: mine, version: 1, keep: {tokens: many}}");
    assertThatThrownBy(this::start)
        .isInstanceOf(Problem.class)
        .hasMessageContaining("mine.yaml: keep.tokens: must be an integer");
    profile("{name: mine, version: 1, keep: {tokens: 5000}}");
    try (var drover = start();
        var node = NodeHere.at(drover.url())) {
      var session = session(node, "mine");
      node.client().say(session, "Say hello.");
      node.client().awaitIdle(session);
      var context = node.client().get("/drover/sessions/" + session + "/context");
      var profile = context.object("profile");
      assertThat(profile.text("name")).isEqualTo("mine");
      assertThat(profile.object("settings").object("keep").number("tokens", 0)).isEqualTo(5_000);
      assertThat(node.client().text("/metrics"))
          .contains("drover_profile_requests_total{profile=\"mine@1\",outcome=\"ok\"}");
    }
    profile("{name: mine, version: 1, keep: {tokens: 6000}}");
    assertThatThrownBy(this::start)
        .isInstanceOf(Problem.class)
        .hasMessageContaining("profiles/mine.yaml: version 1 was in use with other settings");
    profile("{name: mine, version: 2, keep: {tokens: 6000}}");
    start().close();
  }
}
