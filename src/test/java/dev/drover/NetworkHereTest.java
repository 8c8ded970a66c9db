package dev.drover;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.net.httpserver.HttpServer;
import dev.drover.base.Json;
import dev.drover.http.PrivateHosts;
import dev.drover.http.PublicOnly;
import dev.drover.testing.DroverClient;
import dev.drover.testing.Script;
import dev.drover.testing.ScriptedMessages;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/// The network of a sandbox in a whole server: the environment decides, and the model reads why.
@Timeout(120)
@Tag("sandbox")
@Tag("database")
final class NetworkHereTest {
  @TempDir Path data;

  /// Every name below `example` is on loopback, which is open.
  private static final class OnLoopback extends Wiring {
    @Override
    PublicOnly guard(Config config) {
      return new PublicOnly(
          PrivateHosts.of(List.of("127.0.0.1")),
          host -> {
            if (!host.endsWith(".example")) {
              throw new UnknownHostException(host);
            }
            return new InetAddress[] {InetAddress.ofLiteral("127.0.0.1")};
          });
    }
  }

  private static String session(DroverClient client, Json networking) {
    var session = client.get("/v1/sessions/" + client.session("scripted"));
    var environment =
        client.post(
            "/v1/environments",
            Json.obj(
                "name",
                "of " + session.text("id"),
                "config",
                Json.obj("type", "cloud", "networking", networking)));
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

  @Test
  void theOperatorsPolicyDecidesAlsoForWhatWasSavedBefore() throws Exception {
    var command = "curl -sS http://evil.example/; curl -sS http://api.corp.example:81/";
    try (var model = ScriptedMessages.start()) {
      model.script(
          Script.reply().toolUse("bash", Json.obj("command", command)), Script.reply().text("ok"));
      String session;
      try (var node = NodeHere.start(data, "", model, 5_000, new OnLoopback())) {
        session = session(node.client(), Json.obj("type", "unrestricted"));
      }
      Files.writeString(
          data.resolve("policy.yaml"),
          "networking: {hosts: [\"*.corp.example\"], ports: [80, 443]}\n");
      try (var node = NodeHere.start(data, "", model, 5_000, new OnLoopback())) {
        assertThat(events(node.client(), session))
            .contains(
                "evil.example:80 was refused: the operator's policy does not allow the host"
                    + " evil.example (policy rule networking.hosts)",
                "api.corp.example:81 was refused: the operator's policy does not allow the port 81"
                    + " (policy rule networking.ports)");
      }
    }
  }

  @Test
  void theEnvironmentDecidesWhatIsReachedAndTheResultSaysWhatWasRefused() throws Exception {
    var web = HttpServer.create(new InetSocketAddress(InetAddress.ofLiteral("127.0.0.1"), 0), 10);
    web.createContext(
        "/",
        exchange -> {
          try (exchange) {
            exchange.sendResponseHeaders(200, 5);
            exchange.getResponseBody().write("hello".getBytes(StandardCharsets.US_ASCII));
          }
        });
    web.start();
    var command =
        "curl -s http://evil.example:%1$d/ | head -c 20; curl -s http://api.example:%1$d/"
            .formatted(web.getAddress().getPort());
    try (var model = ScriptedMessages.start();
        var node = NodeHere.start(data, "", model, 5_000, new OnLoopback())) {
      for (int i = 0; i < 2; i++) {
        model.script(
            Script.reply().toolUse("bash", Json.obj("command", command)),
            Script.reply().text("ok"));
      }
      var client = node.client();
      var open = events(client, session(client, Json.obj("type", "unrestricted")));
      assertThat(open).contains("hellohello").doesNotContain("[network:");
      var limited =
          Json.obj("type", "limited", "allowed_hosts", List.of("api.example", "*.corp.example"));
      var closed = events(client, session(client, limited));
      assertThat(closed)
          .doesNotContain("hello")
          .contains(
              "was refused: it is not in this environment's allowed hosts (api.example,"
                  + " *.corp.example). Do not retry; tell the user if it is needed.]",
              "port " + web.getAddress().getPort() + " may not be used");
      assertThat(node.get("/metrics").body())
          .contains(
              "drover_egress_connections_total{protocol=\"http\",verdict=\"unrestricted\"} 2",
              "drover_egress_connections_total{protocol=\"http\",verdict=\"host\"} 1",
              "drover_egress_connections_total{protocol=\"http\",verdict=\"port\"} 1",
              "drover_egress_connections 0");
    } finally {
      web.stop(0);
    }
  }
}
