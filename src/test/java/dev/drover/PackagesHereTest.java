package dev.drover;

import static org.assertj.core.api.Assertions.assertThat;

import dev.drover.base.Json;
import dev.drover.http.PublicOnly;
import dev.drover.testing.DroverClient;
import dev.drover.testing.PackageIndex;
import dev.drover.testing.Script;
import dev.drover.testing.ScriptedMessages;
import java.net.InetAddress;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/// The packages of an environment in a whole server.
@Timeout(300)
@Tag("sandbox")
final class PackagesHereTest {
  @TempDir Path data;

  private static final class OnLoopback extends Wiring {
    @Override
    PublicOnly guard(Config config) {
      return new PublicOnly(
          config.privateHosts(), _ -> new InetAddress[] {InetAddress.ofLiteral("127.0.0.1")});
    }
  }

  private static String session(DroverClient client, Json config) {
    var session = client.get("/v1/sessions/" + client.session("scripted"));
    var environment =
        client.post(
            "/v1/environments", Json.obj("name", "of " + session.text("id"), "config", config));
    var made =
        client.post(
            "/v1/sessions",
            Json.obj(
                "agent",
                session.object("agent").text("id"),
                "environment_id",
                environment.text("id")));
    return String.valueOf(made.text("id"));
  }

  private static String events(DroverClient client, String session) throws InterruptedException {
    client.say(session, "Hi");
    client.awaitIdle(session);
    return client.events(session).toString();
  }

  private static Json config(String... pip) {
    return Json.obj("type", "cloud", "packages", Json.obj("pip", List.of(pip)));
  }

  @Test
  void aSessionHasThePackagesOfItsEnvironmentOrLearnsWhyItHasNot() throws Exception {
    try (var index = new PackageIndex();
        var model = ScriptedMessages.start();
        var node =
            NodeHere.start(
                data,
                "",
                model,
                5_000,
                new OnLoopback(),
                Map.of(
                    "network.private",
                    "[mirror.example]",
                    "packages.pip_index",
                    index.simple("mirror.example")))) {
      index.wheel("tiny", "1.0", "tiny python");
      for (int i = 0; i < 2; i++) {
        model.script(
            Script.reply()
                .toolUse("bash", Json.obj("command", "tiny-says"))
                .toolUse("bash", Json.obj("command", "echo two")),
            Script.reply().text("ok"));
      }
      var client = node.client();
      assertThat(events(client, session(client, config("tiny==1.0"))))
          .contains("tiny python", "two")
          .doesNotContain("session.error");
      var failed = events(client, session(client, config("absent")));
      assertThat(failed)
          .contains("pip could not install the packages of this environment (absent)")
          .contains("\"retry_status\":{\"type\":\"retrying\"}", "\"is_error\":true", "ok")
          .doesNotContain("tiny python");
      assertThat(failed.split("\"type\":\"session.error\"", -1)).hasSize(2);
    }
  }
}
