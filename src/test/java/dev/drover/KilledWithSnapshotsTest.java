package dev.drover;

import static org.assertj.core.api.Assertions.assertThat;

import dev.drover.base.Json;
import dev.drover.testing.Postgres;
import dev.drover.testing.Script;
import dev.drover.testing.ScriptedMessages;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;

/// A server dies at each step of taking a snapshot and of restoring one, and another one goes on:
/// the files of a session whose directories are lost come back whole, no command sees a part of
/// them, the model is told, and no content is left over.
///
/// Without `-Dfaults=all` each store takes every sixth step.
@Tag("proof")
@Tag("database")
@Tag("sandbox")
@Timeout(600)
@Execution(ExecutionMode.CONCURRENT)
final class KilledWithSnapshotsTest {
  private static final List<String> TAKING =
      List.of(
          "pack:before:1",
          "pack:piece:2",
          "pack:after:1",
          "put:after:1",
          "snapshots/keep:before:1",
          "snapshots/keep:after:1",
          "pack:piece:9",
          "put:after:2",
          "snapshots/keep:before:2",
          "snapshots/keep:after:2");

  private static final List<String> RESTORING =
      List.of(
          "provision:after:1",
          "file:after:1",
          "file:after:2",
          "unpack:before:1",
          "unpack:piece:2",
          "unpack:piece:4",
          "unpack:after:1",
          "emit/drover.workspace_home:before:1",
          "emit/drover.workspace_home:after:1");

  private static final String FIRST =
      "head -c 300000 /dev/urandom > random; sha256sum random > sum; mkdir d; echo one > d/one;"
          + " ln -s one d/link; echo old > changed; echo gone > gone";
  private static final String SECOND = "echo new > changed; rm gone; echo two > d/two";
  private static final String LAST =
      "sha256sum -c sum; readlink d/link; cat d/one d/two changed; ls";
  private static final String SEEN = "random: OK\none\none\ntwo\nnew\nchanged\nd\nrandom\nsum";

  @TempDir Path directory;

  private interface Store {
    Connection connect() throws SQLException;
  }

  @Test
  void onSqlite() throws Exception {
    var url = "jdbc:sqlite:" + directory.resolve("data/drover.db");
    play(0, Map.of(), () -> DriverManager.getConnection(url));
  }

  @Test
  void onPostgres() throws Exception {
    try (var database = Postgres.database()) {
      play(1, Map.of("DROVER_DATABASE_URL", database.url()), database::connect);
    }
  }

  /// @param part which part of a sample
  private void play(int part, Map<String, String> more, Store store) throws Exception {
    var settings = new HashMap<>(more);
    settings.put("DROVER_SNAPSHOTS_WHEN", "always");
    settings.put("DROVER_SNAPSHOTS_AFTER_MS", "0");
    settings.put("DROVER_WORKSPACES_KIND", "directory");
    try (var model = ScriptedMessages.start().otherwise(KilledWithSnapshotsTest::reply);
        var client = new FaultClient(directory, model, settings)) {
      var environment = client.sent("/v1/environments", Json.obj("name", "here"), 200).text("id");
      var agent = client.sent("/v1/agents", FaultScenario.AGENT, 200).text("id");
      var request =
          Json.obj("agent", String.valueOf(agent), "environment_id", String.valueOf(environment));
      for (var fault : FaultSample.of(TAKING, 1 + 4 * part, 6)) {
        client.arm(fault);
        var session = String.valueOf(client.sent("/v1/sessions", request, 200).text("id"));
        write(client, store, session);
        while (client.deaths() == 0) {
          client.revive(FaultChild.PACE_MILLIS);
        }
        turn(client, store, session, "third", 3);
        finish(client, session, 4, fault);
      }
      for (var fault : FaultSample.of(RESTORING, 4 - 3 * part, 6)) {
        var session = String.valueOf(client.sent("/v1/sessions", request, 200).text("id"));
        write(client, store, session);
        client.arm(fault);
        finish(client, session, 3, fault);
      }
      assertThat(client.findings()).isEmpty();
    }
  }

  private static Script reply(ScriptedMessages.Request request) {
    var last = request.body().items("messages").getLast().toString();
    if (last.contains("tool_result")) {
      return Script.reply().text("done");
    }
    var command =
        last.contains("first")
            ? FIRST
            : last.contains("second") ? SECOND : last.contains("third") ? "true" : LAST;
    return Script.reply().toolUse("bash", Json.obj("command", command));
  }

  private static void write(FaultClient client, Store store, String session) throws Exception {
    turn(client, store, session, "first", 1);
    turn(client, store, session, "second", 2);
  }

  /// A turn, and a snapshot of the session as it is then. A server that has died takes none at the
  /// session's rest: the files are still there.
  private static void turn(FaultClient client, Store store, String session, String text, int turns)
      throws Exception {
    int deaths = client.deaths();
    client.say(session, text, turns);
    while (client.deaths() == deaths && !isKept(store, session)) {
      client.revive(FaultChild.PACE_MILLIS);
    }
  }

  private static boolean isKept(Store store, String session) throws SQLException {
    try (var connection = store.connect();
        var statement =
            connection.prepareStatement(
                "SELECT COUNT(*) FROM snapshot JOIN session ON session.key = session_key"
                    + " WHERE id = ? AND position = head")) {
      statement.setString(1, session);
      try (var rows = statement.executeQuery()) {
        return rows.next() && rows.getInt(1) > 0;
      }
    }
  }

  /// The directories are not those of the session any more, and the next command needs them: what
  /// is left of them is removed, and new ones are made.
  private void finish(FaultClient client, String session, int turns, String fault)
      throws Exception {
    Files.delete(directory.resolve("data/workspaces/" + session + "/id"));
    client.say(session, "last", turns);
    var result =
        FaultScenario.ofType(client.events(session), "agent.tool_result")
            .getLast()
            .items("content");
    var text = String.valueOf(((Json.Obj) result.getFirst()).text("text"));
    assertThat(text).as(fault).containsOnlyOnce("restored from a snapshot").contains(SEEN);
    assertThat(client.deaths()).as(fault).isEqualTo(1);
    client.deleted("/v1/sessions/" + session, 200);
  }
}
