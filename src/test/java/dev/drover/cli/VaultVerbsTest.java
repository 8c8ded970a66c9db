package dev.drover.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.drover.base.Json;
import dev.drover.settings.SettingValue;
import dev.drover.testing.Deployment;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.DriverManager;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/// `drover vaults`, `drover credentials` and `drover receipts` against the whole server.
@Tag("database")
@Tag("sandbox")
@Timeout(60)
final class VaultVerbsTest {
  private static final String SECRET = "canary-secret";

  private static final ServerFactory NONE =
      new ServerFactory() {
        @Override
        public Endpoint serve(Map<String, String> flags) {
          throw elsewhere();
        }

        @Override
        public Endpoint embed(Map<String, String> flags) {
          throw elsewhere();
        }

        @Override
        public LocalServer local(Map<String, String> flags) {
          throw elsewhere();
        }

        @Override
        public List<SettingValue> settings(Map<String, String> flags) {
          throw elsewhere();
        }

        private IllegalStateException elsewhere() {
          return new IllegalStateException("variables name the server");
        }
      };

  private final TestShell shell = new TestShell();
  @TempDir private Path directory;

  private int run(String... args) {
    shell.out.reset();
    shell.err.reset();
    int status = shell.run(NONE, args);
    assertThat(shell.out() + shell.err()).doesNotContain(SECRET);
    return status;
  }

  private Json.Obj json(String... args) {
    var all = Arrays.copyOf(args, args.length + 1);
    all[args.length] = "--json";
    assertThat(run(all)).as(shell.err()).isZero();
    return (Json.Obj) Json.trusted(shell.out().strip());
  }

  private String id(String... args) {
    return Column.text(json(args), "id");
  }

  @Test
  void secretsComeFromFilesAndStandardInputAndAreNotShown() throws Exception {
    var data = Files.createDirectory(directory.resolve("data"));
    try (var server = Deployment.SQLITE.start(data, Map.of())) {
      shell.variables.put("DROVER_URL", server.url().toString());
      shell.variables.put("DROVER_API_KEY", server.key().reveal());
      var vault = id("vaults", "create", "--display-name", "Alice");
      var file = Files.writeString(directory.resolve("token"), SECRET + "\n");
      var url = "https://mcp.example/mcp";
      var token =
          id("credentials", "create", vault, "--mcp-server-url", url, "--token", "@" + file);
      shell.input = SECRET;
      var variable =
          json(
              "credentials",
              "create",
              vault,
              "--secret-name",
              "KEY",
              "--secret-value",
              "-",
              "--allowed-host",
              "a.example",
              "--allowed-host",
              "*.b.example");
      assertThat(variable.object("auth").object("networking").items("allowed_hosts")).hasSize(2);
      json("credentials", "update", vault, token, "--token", "@" + file, "--display-name", "T");
      assertThat(run("credentials", "list", vault)).isZero();
      assertThat(shell.out())
          .containsPattern("environment_variable +KEY")
          .containsPattern("static_bearer +https://mcp.example/mcp +T ");
      wrong(vault, file);
      var body =
          "{auth: {type: mcp_oauth, mcp_server_url: 'http://127.0.0.1:1/', access_token:"
              + " canary-secret}}";
      var oauth = id("credentials", "create", vault, "--body", body);
      assertThat(json("credentials", "validate", vault, oauth).text("status")).isEqualTo("unknown");
      repository(file);
      receipts(data);
      json("credentials", "archive", vault, token);
      json("credentials", "delete", vault, token);
      assertThat(run("credentials", "retrieve", vault, token)).isOne();
      json("vaults", "archive", vault);
      json("vaults", "delete", vault);
    }
  }

  /// A session with a repository, whose token comes from a file.
  private void repository(Path file) {
    var agent = id("agents", "create", "--name", "A", "--model", "rehearsal", "--tool", "all");
    var environment = id("environments", "create", "--name", "e");
    var create =
        new String[] {"sessions", "create", "--agent", agent, "--environment-id", environment};
    var repository = with(create, "--repository", "https://git.example/acme/app#side");
    var made = json(with(repository, "--repository-token", "@" + file));
    var shown = (Json.Obj) made.items("resources").getFirst();
    assertThat(shown.text("url")).isEqualTo("https://git.example/acme/app");
    assertThat(shown.object("checkout").text("name")).isEqualTo("side");
    assertThat(run(with(repository, "--repository-token", "plain"))).isEqualTo(2);
    assertThat(shell.err()).contains("--repository-token must be @FILE");
  }

  private void wrong(String vault, Path file) {
    var create = new String[] {"credentials", "create", vault, "--mcp-server-url", "https://x"};
    assertThat(run(with(create))).isEqualTo(2);
    assertThat(shell.err()).contains("--token is missing");
    assertThat(run(with(create, "--token", "plain"))).isEqualTo(2);
    assertThat(shell.err()).contains("--token must be @FILE, or - for standard input");
    assertThat(run(with(create, "--token", "@" + file, "--secret-name", "A"))).isEqualTo(2);
    assertThat(run("credentials", "update", vault, "vcrd_1")).isEqualTo(2);
    assertThat(shell.err()).contains("no changes given");
    assertThat(run("credentials", "retrieve", vault)).isEqualTo(2);
  }

  private static String[] with(String[] args, String... more) {
    var all = Arrays.copyOf(args, args.length + more.length);
    System.arraycopy(more, 0, all, args.length, more.length);
    return all;
  }

  private void receipts(Path data) throws Exception {
    assertThat(run("receipts", "list")).isZero();
    assertThat(shell.out()).containsPattern("validate +127.0.0.1:1 +vcrd_");
    assertThat(run("receipts", "verify")).isZero();
    assertThat(shell.out()).isEqualTo("1 receipts, none of them changed\n");
    try (var database = DriverManager.getConnection("jdbc:sqlite:" + data.resolve("drover.db"));
        var statement = database.createStatement()) {
      statement.execute("UPDATE receipt SET host = 'other.example'");
    }
    assertThat(run("receipts", "verify")).isOne();
    assertThat(shell.err()).contains("was changed");
  }
}
