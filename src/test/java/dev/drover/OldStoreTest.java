package dev.drover;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.drover.base.Json;
import dev.drover.cli.Checking;
import dev.drover.testing.DroverClient;
import dev.drover.testing.Postgres;
import dev.drover.testing.Script;
import dev.drover.testing.ScriptedMessages;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Collectors;
import java.util.zip.GZIPInputStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/// A database that version 35c4be6 left when its server was killed, made by `scripts/old-store`:
/// with sessions at rest, running, paused, waiting and over. This version opens it, goes on with
/// every session, and finds nothing wrong afterwards.
@Timeout(120)
@Tag("database")
@Tag("sandbox")
final class OldStoreTest {
  private static final String DUMP = "store-of-35c4be6.sql.gz";

  /// The last migration that it knew.
  private static final int MIGRATIONS = 7;

  /// In an order in which rows find what they refer to.
  private static final List<String> TABLES =
      List.of(
          "schema_migration",
          "agent",
          "environment",
          "session",
          "session_origin",
          "event",
          "inbox",
          "delivery",
          "node");

  @TempDir Path data;

  private final ScriptedMessages model = ScriptedMessages.start();

  @AfterEach
  void stop() {
    model.close();
  }

  private static void load(Connection sqlite) throws IOException, SQLException {
    try (var in = new GZIPInputStream(resource(DUMP));
        var statement = sqlite.createStatement()) {
      for (var sql : new String(in.readAllBytes(), UTF_8).split(";\n", -1)) {
        if (sql.startsWith("CREATE") || sql.startsWith("INSERT")) {
          statement.executeUpdate(sql);
        }
      }
    }
  }

  private static InputStream resource(String name) {
    return Objects.requireNonNull(OldStoreTest.class.getResourceAsStream(name), name);
  }

  private Connection sqlite() throws SQLException {
    return DriverManager.getConnection("jdbc:sqlite:" + data.resolve("drover.db"));
  }

  @Test
  void onSqliteItIsOpenedAndItsSessionsGoOn() throws Exception {
    try (var connection = sqlite()) {
      load(connection);
    }
    goesOn("", Map.of());
  }

  /// The same rows in the tables that that version made.
  @Test
  void onPostgresItIsOpenedAndItsSessionsGoOn() throws Exception {
    try (var database = Postgres.database()) {
      try (var sqlite = DriverManager.getConnection("jdbc:sqlite::memory:");
          var postgres = database.connect()) {
        load(sqlite);
        makeTables(postgres, sqlite);
        for (var table : TABLES) {
          copy(sqlite, postgres, table);
        }
      }
      goesOn(database.url(), Map.of("DROVER_DATABASE_URL", database.url()));
    }
  }

  private static void makeTables(Connection postgres, Connection sqlite) throws Exception {
    try (var statement = postgres.createStatement();
        var names =
            sqlite.createStatement().executeQuery("SELECT name FROM schema_migration ORDER BY 1")) {
      statement.execute(
          "CREATE TABLE schema_migration (version INTEGER NOT NULL PRIMARY KEY, name TEXT NOT NULL,"
              + " checksum TEXT NOT NULL, applied_at BIGINT NOT NULL)");
      int count = 0;
      while (names.next()) {
        count++;
        try (var in = resource("store/migrations/" + names.getString(1) + ".sql")) {
          for (var sql : new String(in.readAllBytes(), UTF_8).split(";\\s*\n", -1)) {
            if (!sql.isBlank()) {
              statement.execute(sql); // those for one database alone are for this one
            }
          }
        }
      }
      assertThat(count).isEqualTo(MIGRATIONS);
    }
  }

  private static void copy(Connection from, Connection to, String table) throws SQLException {
    try (var statement = from.createStatement();
        var rows = statement.executeQuery("SELECT * FROM " + table)) {
      var columns = new ArrayList<String>();
      for (int i = 1; i <= rows.getMetaData().getColumnCount(); i++) {
        columns.add(rows.getMetaData().getColumnName(i));
      }
      var marks = columns.stream().map(_ -> "?").collect(Collectors.joining(", "));
      var insert =
          "INSERT INTO %s (%s) VALUES (%s)".formatted(table, String.join(", ", columns), marks);
      try (var into = to.prepareStatement(insert)) {
        while (rows.next()) {
          for (int i = 1; i <= columns.size(); i++) {
            into.setObject(i, rows.getObject(i));
          }
          into.executeUpdate();
        }
      }
    }
  }

  private void goesOn(String url, Map<String, String> environment) throws Exception {
    model.otherwise(_ -> Script.reply().text("Done."));
    try (var node = NodeHere.start(data, url, model, 500)) {
      var opened = new Opened(node, titles(node));
      assertThat(opened.sessions).hasSize(8);
      opened.assertWhatWasMadeIsShown();
      opened.answerWhatIsAskedFor();
      for (var title :
          List.of(
              "at rest",
              "asks for a result",
              "asks for leave",
              "runs a command",
              "has a message waiting",
              "asks the model")) {
        await().atMost(Duration.ofSeconds(60)).untilAsserted(() -> opened.assertEnded(title));
      }
      node.acknowledged(opened.id("fresh"), "Hello");
      await().untilAsserted(() -> opened.assertEnded("fresh"));
      node.acknowledged(opened.id("at rest"), "$ echo again");
      await().until(() -> node.count(opened.id("at rest"), "session.status_idle") == 2);
    }
    assertThat(check(environment)).isEmpty();
  }

  private static Map<String, String> titles(NodeHere node) {
    var titles = new HashMap<String, String>();
    for (var one :
        node.client().get("/v1/sessions?limit=100&include_archived=true").items("data")) {
      var session = (Json.Obj) one;
      titles.put(
          String.valueOf(session.object("metadata").text("title")),
          String.valueOf(session.text("id")));
    }
    return titles;
  }

  private List<String> check(Map<String, String> environment) {
    var findings = new ArrayList<String>();
    var variables = new HashMap<>(environment);
    variables.put("HOME", data.toString());
    new Auditor(variables)
        .run(
            Map.of("data", data.toString()),
            new Checking.Hearer() {
              @Override
              public void finding(String session, long position, String sentence) {
                findings.add(session + " " + position + " " + sentence);
              }

              @Override
              public void note(String session, String sentence) {}
            });
    return findings;
  }

  /// The database, opened.
  ///
  /// @param sessions their ids by title
  private record Opened(NodeHere node, Map<String, String> sessions) {
    private String id(String title) {
      return Objects.requireNonNull(sessions.get(title), title);
    }

    private Json.Obj session(String title) {
      return node.client().get("/v1/sessions/" + id(title));
    }

    private void assertWhatWasMadeIsShown() {
      var agents = node.client().get("/v1/agents?include_archived=true").items("data");
      assertThat(agents).hasSize(3);
      var coder = session("at rest").object("agent");
      assertThat(coder.number("version", 0)).isEqualTo(3);
      var versions =
          node.client().get("/v1/agents/" + coder.text("id") + "/versions").items("data");
      assertThat(versions).hasSize(3);
      assertThat(((Json.Obj) versions.get(1)).text("description")).isEqualTo("second");
      assertThat(((Json.Obj) versions.getFirst()).object("metadata").text("k")).isEqualTo("v");
      assertThat(session("over").text("status")).isEqualTo("terminated");
      assertThat(session("over").object("agent").number("version", 0)).isEqualTo(1);
      assertThat(session("fresh").object("agent").text("system")).isEqualTo("Other.");
      assertThat(session("fresh").object("agent").items("tools")).isEmpty();
      assertThat(
              session("asks for leave")
                  .object("agent")
                  .object("model")
                  .object("effort")
                  .text("type"))
          .isEqualTo("high");
      var environments = node.client().get("/v1/environments?include_archived=true").items("data");
      assertThat(environments).hasSize(3);
      var limited =
          node.client().get("/v1/environments/" + session("fresh").text("environment_id"));
      assertThat(limited.object("config").object("networking").items("allowed_hosts"))
          .containsExactly(Json.of("example.com"), Json.of("*.example.org"));
    }

    private void answerWhatIsAskedFor() {
      node.client()
          .send(
              id("asks for a result"),
              Json.obj(
                  "type",
                  "user.custom_tool_result",
                  "custom_tool_use_id",
                  use("asks for a result", "agent.custom_tool_use"),
                  "content",
                  List.of(Json.obj("type", "text", "text", "a kind of herder"))));
      node.client()
          .send(
              id("asks for leave"),
              Json.obj(
                  "type",
                  "user.tool_confirmation",
                  "tool_use_id",
                  use("asks for leave", "agent.tool_use"),
                  "result",
                  "allow"));
    }

    private String use(String title, String type) {
      return node.client().events(id(title)).stream()
          .filter(event -> DroverClient.type(event).equals(type))
          .map(event -> String.valueOf(event.text("id")))
          .findFirst()
          .orElseThrow();
    }

    private void assertEnded(String title) {
      var last = node.client().events(id(title)).getLast();
      assertThat(DroverClient.type(last)).as(title).isEqualTo("session.status_idle");
      assertThat(last.object("stop_reason").text("type")).as(title).isEqualTo("end_turn");
    }
  }
}
