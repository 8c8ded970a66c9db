package dev.drover;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.drover.TenantClient.Body;
import dev.drover.base.Json;
import dev.drover.testing.Deployment;
import dev.drover.testing.DroverClient;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/// Keys on two nodes over one database: what one revokes, the other refuses.
@Tag("database")
@Tag("sandbox")
@Timeout(60)
final class KeysOnTwoNodesTest {
  @TempDir private Path data;

  private final HttpClient http = HttpClient.newHttpClient();

  @Test
  void aKeyThatOneNodeRevokesIsRefusedByTheOtherAtOnce() throws Exception {
    try (var drover = Deployment.TWO_NODES.start(data, Map.of("rehearsal.first_token_ms", "0"));
        var client = new DroverClient(drover.url(), drover.key().reveal())) {
      var admin = new TenantClient(http, drover.nodes().getFirst(), drover.key().reveal());
      var there = drover.nodes().getLast();
      for (int i = 0; i < 20; i++) {
        var made = made(admin);
        var key = new TenantClient(http, there, String.valueOf(made.text("key")));
        assertThat(key.get("/v1/sessions").status()).isEqualTo(200);
        admin.ok("POST", "/drover/keys/" + made.text("id") + "/revoke", Body.NONE);
        assertThat(key.get("/v1/sessions").status()).isEqualTo(401);
      }
      streamEnds(admin, there, client);
    } finally {
      http.shutdownNow();
    }
  }

  private static Json.Obj made(TenantClient admin) throws Exception {
    var body = Json.obj("name", "Reader", "scopes", List.of("sessions:read"));
    return admin.ok("POST", "/drover/keys", Body.json(body));
  }

  private void streamEnds(TenantClient admin, URI there, DroverClient client) throws Exception {
    var made = made(admin);
    var session = client.session("rehearsal");
    var stream =
        http.send(
            HttpRequest.newBuilder(there.resolve("/v1/sessions/" + session + "/events/stream"))
                .header("x-api-key", String.valueOf(made.text("key")))
                .build(),
            BodyHandlers.ofInputStream());
    assertThat(stream.statusCode()).isEqualTo(200);
    var ended = new CountDownLatch(1);
    Thread.ofVirtual()
        .start(
            () -> {
              try (var body = stream.body()) {
                body.readAllBytes();
              } catch (IOException _) {
                // it is cut off
              }
              ended.countDown();
            });
    admin.ok("POST", "/drover/keys/" + made.text("id") + "/revoke", Body.NONE);
    await()
        .until(
            () -> {
              client.say(session, "Still there?");
              return ended.getCount() == 0;
            });
  }
}
