package dev.drover.vault;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.drover.base.Json;
import dev.drover.testing.Deployment;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.sql.DriverManager;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/// The keys of a whole server, as its operator changes them.
@Tag("database")
@Tag("sandbox")
@Timeout(60)
final class KeyRotationTest {
  @TempDir private Path data;
  private final HttpClient http = HttpClient.newHttpClient();

  @AfterEach
  void stop() {
    http.shutdownNow();
  }

  private Json.Obj post(Deployment.Running server, String path, String body) throws Exception {
    var request =
        HttpRequest.newBuilder(URI.create(server.url() + path))
            .header("x-api-key", server.key().reveal())
            .header("content-type", "application/json")
            .POST(BodyPublishers.ofString(body))
            .build();
    return (Json.Obj) Json.trusted(http.send(request, BodyHandlers.ofString()).body());
  }

  private Set<String> keks() throws Exception {
    try (var database = DriverManager.getConnection("jdbc:sqlite:" + data.resolve("drover.db"));
        var rows = database.createStatement().executeQuery("SELECT kek_id FROM vault_key")) {
      var found = new HashSet<String>();
      while (rows.next()) {
        found.add(rows.getString(1));
      }
      return found;
    }
  }

  @Test
  void aKeyThatTheOperatorAddsEncryptsAllVaultsAfterARestartAndTheOldOneCanGo() throws Exception {
    var keys = data.resolve("vault-keys");
    var validate = "";
    try (var server = Deployment.SQLITE.start(data, Map.of())) {
      assertThat(keys).doesNotExist();
      var vault = post(server, "/v1/vaults", "{\"display_name\":\"V\"}").text("id");
      var path = "/v1/vaults/" + vault + "/credentials";
      var auth =
          "{\"auth\":{\"type\":\"mcp_oauth\",\"mcp_server_url\":\"https://a.invalid\",\"access_token\":\"x\"}}";
      validate = path + "/" + post(server, path, auth).text("id") + "/mcp_oauth_validate";
    }
    var old = Files.readString(keys);
    assertThat(keks()).containsExactly(old.replaceFirst("(?s):.*", ""));
    Files.writeString(keys, TestKeys.text("new") + "\n", StandardOpenOption.APPEND);
    try (var server = Deployment.SQLITE.start(data, Map.of())) {
      await().until(() -> keks().equals(Set.of("new")));
      assertThat(post(server, validate, "").text("status")).isEqualTo("unknown");
    }
    Files.writeString(keys, Files.readString(keys).substring(old.length()));
    try (var server = Deployment.SQLITE.start(data, Map.of())) {
      assertThat(post(server, validate, "").text("status")).isEqualTo("unknown");
    }
    Files.writeString(keys, old);
    try (var server = Deployment.SQLITE.start(data, Map.of())) {
      assertThat(post(server, validate, "").object("error").text("message"))
          .isEqualTo("This server does not have the key new of a vault.");
    }
  }
}
