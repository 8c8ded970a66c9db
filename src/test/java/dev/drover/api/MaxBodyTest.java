package dev.drover.api;

import static org.assertj.core.api.Assertions.assertThat;

import dev.drover.settings.SettingsFile;
import dev.drover.settings.SettingsTree;
import java.io.ByteArrayInputStream;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublisher;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/// A server whose operator takes smaller bodies.
final class MaxBodyTest {
  private static final int MIB = 1 << 20;

  private static Server.Settings settings() {
    var set = Map.of("DROVER_MAX_BODY_MIB", "1", "DROVER_PORT", "0");
    return SettingsTree.of(SettingsFile.NONE, set, Map.of(), _ -> false)
        .read(ServingSettings::read)
        .value()
        .with(List.of(Api.ACCESS));
  }

  @Test
  void aBodyAboveTheSettingIsTooLargeInOnePieceAndInChunks() throws Exception {
    try (var api = new Api();
        var server = new Server(settings(), api.backend);
        var client = HttpClient.newHttpClient()) {
      var name = "a".repeat(1_000);
      var head = "{\"name\":\"a\",\"model\":\"rehearsal\",\"description\":\"" + name + "\"}";
      var whole = (head + " ".repeat(MIB - head.length())).getBytes(StandardCharsets.UTF_8);
      var above = (head + " ".repeat(MIB + 1 - head.length())).getBytes(StandardCharsets.UTF_8);
      assertThat(send(client, server, BodyPublishers.ofByteArray(whole)).statusCode())
          .isEqualTo(200);
      for (var body :
          List.of(
              BodyPublishers.ofByteArray(above),
              BodyPublishers.ofInputStream(() -> new ByteArrayInputStream(above)))) {
        var answer = send(client, server, body);
        assertThat(answer.statusCode()).isEqualTo(413);
        assertThat(answer.body()).contains("The request body is larger than 1 MB");
      }
    }
  }

  private static HttpResponse<String> send(HttpClient client, Server server, BodyPublisher body)
      throws Exception {
    var request =
        HttpRequest.newBuilder(URI.create(server.url() + "/v1/agents"))
            .header("x-api-key", Api.KEY)
            .POST(body);
    return client.send(request.build(), BodyHandlers.ofString());
  }
}
