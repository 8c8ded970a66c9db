package dev.drover;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.drover.base.Json;
import dev.drover.base.Scope;
import dev.drover.testing.Postgres;
import dev.drover.testing.Script;
import dev.drover.testing.ScriptedMessages;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/// Rows that no Drover writes: the server starts, every other session works, and whoever asks for a
/// poisoned one hears that the server cannot read it.
@Timeout(120)
@Tag("database")
@Tag("sandbox")
final class PoisonedRowsTest {
  /// What is done to a session that owes work, by name. `?` is its id.
  private static final Map<String, String> POISONS = new LinkedHashMap<>();

  private static final String OF = "session_key = (SELECT key FROM session WHERE id = ?)";

  static {
    POISONS.put("event", "UPDATE event SET json = '{\"type\":' WHERE " + OF);
    POISONS.put("event without its fields", "UPDATE event SET json = '{}' WHERE " + OF);
    POISONS.put("inbox", "UPDATE inbox SET json = 'garbage' WHERE json IS NOT NULL AND " + OF);
    POISONS.put("status", "UPDATE session SET status = 'nonsense' WHERE id = ?");
    POISONS.put("awaited", "UPDATE session SET awaited = 'a b c' WHERE id = ?");
    POISONS.put("agent", "UPDATE session_origin SET agent = '[' WHERE " + OF);
    POISONS.put("networking", "UPDATE session_origin SET networking = '1' WHERE " + OF);
    POISONS.put("notes", "UPDATE session_origin SET notes = '[1]' WHERE " + OF);
  }

  /// Of these everything else of the session is shown.
  private static final List<String> LEFT_OUT =
      List.of("event", "event without its fields", "inbox", "status");

  /// Of these not even a list can show anything.
  private static final List<String> UNREADABLE = List.of("agent", "networking", "notes");

  @TempDir Path data;

  private final ScriptedMessages model = ScriptedMessages.start();

  @AfterEach
  void stop() {
    model.close();
  }

  @Test
  void onSqlite() throws Exception {
    onStore("", "jdbc:sqlite:" + data.resolve("drover.db"));
  }

  @Test
  void onPostgres() throws Exception {
    try (var database = Postgres.database()) {
      onStore(database.url(), database.url());
    }
  }

  private void onStore(String url, String jdbc) throws Exception {
    var poisoned = new LinkedHashMap<String, String>();
    String healthy;
    model.otherwise(_ -> Script.reply().text("ok"));
    try (var node = NodeHere.start(data, url, model, 500)) {
      healthy = node.client().session("scripted");
      for (var name : POISONS.keySet()) {
        var session = node.client().session("scripted");
        node.acknowledged(session, "Hi");
        await().until(() -> node.count(session, "session.status_idle") == 1);
        poisoned.put(name, session);
      }
    }
    try (var connection = DriverManager.getConnection(jdbc)) {
      for (var session : poisoned.values()) {
        owe(connection, session);
      }
      owe(connection, healthy);
      for (var poison : poisoned.entrySet()) {
        int rows =
            update(
                connection,
                Objects.requireNonNull(POISONS.get(poison.getKey())),
                poison.getValue());
        assertThat(rows).as(poison.getKey()).isPositive();
      }
    }
    try (var node = NodeHere.start(data, url, model, 500)) {
      await()
          .atMost(Duration.ofSeconds(30))
          .until(() -> node.count(healthy, "session.status_idle") == 1);
      var fresh = node.client().session("scripted");
      node.acknowledged(fresh, "Hi");
      await().until(() -> node.count(fresh, "session.status_idle") == 1);
      for (var poison : poisoned.entrySet()) {
        var session = "/v1/sessions/" + poison.getValue();
        var answers =
            Map.of(
                "get", node.get(session),
                "list", node.get(session + "/events"),
                "send", node.say(poison.getValue(), "Hi again"));
        assertThat(answers.values())
            .as(poison.getKey())
            .allSatisfy(answer -> assertThat(answer.status()).isIn(200, 500));
        boolean isShown = answers.values().stream().allMatch(answer -> answer.status() == 200);
        assertThat(isShown).as(poison.getKey()).isEqualTo(LEFT_OUT.contains(poison.getKey()));
      }
      var shown =
          node.client().get("/v1/sessions?limit=100").items("data").stream()
              .map(one -> String.valueOf(((Json.Obj) one).text("id")))
              .toList();
      assertThat(shown).contains(healthy, fresh).hasSize(2 + POISONS.size() - UNREADABLE.size());
      assertThat(shown)
          .doesNotContainAnyElementsOf(UNREADABLE.stream().map(poisoned::get).toList());
      try (var scope = new Scope()) {
        var others =
            IntStream.range(0, 20)
                .mapToObj(
                    _ ->
                        scope.fork(
                            () -> {
                              node.say(Objects.requireNonNull(poisoned.get("awaited")), "Hi again");
                              return node.say(healthy, "Hi again").status();
                            }))
                .toList();
        for (var other : others) { // written together with what cannot be
          assertThat(other.join()).isEqualTo(200);
        }
      }
      assertThat(node.get("/readyz").status()).isEqualTo(200);
      assertThat(node.get("/v1/sessions/" + healthy).status()).isEqualTo(200);
    }
  }

  /// A message waits in the session's inbox, and nobody has it.
  private static void owe(Connection connection, String session) throws SQLException {
    update(
        connection,
        """
        INSERT INTO inbox (
          session_key, sequence, send, received_at, sent_at, head, id, fingerprint, json)
        SELECT key, received + 1, received + 1, 0, 0, head, 'sevt_01owed', '',
          '{"type":"user.message","id":"sevt_01owed",\
        "content":[{"type":"text","text":"more"}],"processed_at":null}'
        FROM session WHERE id = ?\
        """,
        session);
    update(connection, "UPDATE session SET received = received + 1 WHERE id = ?", session);
  }

  private static int update(Connection connection, String sql, String session) throws SQLException {
    try (var statement = connection.prepareStatement(sql)) {
      statement.setString(1, session);
      return statement.executeUpdate();
    }
  }
}
