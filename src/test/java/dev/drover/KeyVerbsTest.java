package dev.drover;

import static org.assertj.core.api.Assertions.assertThat;

import dev.drover.base.Json;
import dev.drover.testing.DroverClient;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/// `drover workspaces` and `drover keys` against a whole server.
@Tag("database")
@Tag("sandbox")
@Timeout(60)
final class KeyVerbsTest {
  @TempDir private Path directory;

  private static Json.Obj json(TerminalUser user, String... arguments) {
    var all = Stream.concat(Arrays.stream(arguments), Stream.of("--json"));
    assertThat(user.run("", all.toArray(String[]::new))).as(() -> user.err()).isZero();
    return (Json.Obj) Json.trusted(user.out().strip());
  }

  @Test
  void workspacesAndKeysFromTheirCreationToTheirEnd() throws Exception {
    try (var server = TerminalUser.server(directory, Map.of())) {
      var user = new TerminalUser(server, directory);
      var workspace =
          String.valueOf(json(user, "workspaces", "create", "--name", "Research").text("id"));
      assertThat(
              json(user, "workspaces", "update", workspace, "--storage-mib", "5")
                  .number("storage_mib", 0))
          .isEqualTo(5);
      assertThat(
              user.run(
                  "",
                  "keys",
                  "create",
                  "--workspace",
                  workspace,
                  "--name",
                  "CI",
                  "--scope",
                  "catalog:read",
                  "--expires-in-seconds",
                  "600"))
          .isZero();
      var key = user.out().strip();
      assertThat(key).startsWith("drv_").doesNotContain("\n");
      assertThat(user.err()).contains("of " + workspace + "; nothing shows the key again");
      try (var client = new DroverClient(server.url(), key)) {
        assertThat(client.get("/v1/agents").items("data")).isEmpty();
      }
      assertThat(user.run("", "keys", "list", "--workspace", workspace)).isZero();
      assertThat(user.out())
          .containsPattern("apikey_\\w+ +CI +drv_\\w{8} +catalog:read +20[0-9-]{8} +20")
          .doesNotContain(key);
      var id = user.out().lines().skip(1).findFirst().orElseThrow().split(" ", -1)[0];
      assertThat(user.run("", "doctor")).isZero();
      assertThat(user.out())
          .containsPattern("workspaces +2 workspaces, 1 API key besides the one in the settings");
      assertThat(user.run("", "keys", "revoke", id)).isOne();
      assertThat(user.err()).contains("not found");
      var revoked = json(user, "keys", "revoke", id, "--workspace", workspace);
      assertThat(revoked.text("revoked_at")).startsWith("20");
      assertThat(json(user, "keys", "retrieve", id, "--workspace", workspace)).isEqualTo(revoked);
      assertThat(json(user, "workspaces", "archive", workspace).text("archived_at"))
          .startsWith("20");
      assertThat(user.run("", "workspaces", "list", "--include-archived")).isZero();
      assertThat(user.out()).containsPattern("Research +0 +0 +5 .*archived");
      assertThat(user.run("", "keys", "create")).isEqualTo(2);
      assertThat(user.err()).contains("--name is missing");
    }
  }
}
