package dev.drover;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.drover.base.Json;
import dev.drover.cli.Checking;
import dev.drover.testing.DroverClient;
import dev.drover.testing.Script;
import dev.drover.testing.ScriptedMessages;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/// What real turns leave in a store is clean, while the server runs and after it; what is planted
/// in it by SQL is found. Each fault is planted in a session of its own.
@Timeout(120)
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
abstract class CheckContract {
  private static final int PLAIN = 19;

  private static final String OF = " session_key = (SELECT key FROM session WHERE id = ?)";

  Path data = Path.of("");

  private final ScriptedMessages model = ScriptedMessages.start();
  private final List<String> plain = new ArrayList<>();
  private String tools = "";

  /// What names the store, beside the data directory.
  abstract Map<String, String> environment();

  abstract Connection connect() throws SQLException;

  /// A finding or a note.
  record Told(String session, String line) {}

  private Map<String, String> settings() {
    var settings = new HashMap<>(environment());
    settings.put("HOME", data.toString());
    settings.put("DROVER_PORT", "0");
    settings.put("DROVER_DRAIN_MS", "0");
    settings.put("DROVER_REHEARSAL_FIRST_TOKEN_MS", "0");
    settings.put("DROVER_ANTHROPIC_BASE_URL", model.uri().toString());
    return settings;
  }

  Map<String, String> flags() {
    return Map.of("data", data.toString());
  }

  Checking.Tally check(List<Told> told) {
    return new Auditor(settings())
        .run(
            flags(),
            new Checking.Hearer() {
              @Override
              public void finding(String session, long position, String sentence) {
                told.add(new Told(session, position + " " + sentence));
              }

              @Override
              public void note(String session, String sentence) {
                told.add(new Told(session, "note " + sentence));
              }
            });
  }

  private List<String> found(String session) {
    var told = new ArrayList<Told>();
    check(told);
    return told.stream().filter(one -> one.session.equals(session)).map(Told::line).toList();
  }

  @BeforeAll
  void playAndFindNothing(@TempDir Path directory) throws Exception {
    data = directory;
    var never = new CountDownLatch(1);
    model.script(
        Script.reply().toolUse("bash", Json.obj("command", "echo hi")),
        Script.reply().text("done"),
        Script.reply().text("half").hold(never),
        Script.status(400, "invalid_request_error", "no"));
    int sessions = PLAIN + 5;
    var told = new ArrayList<Told>();
    try (var drover = new Drover(Config.read(flags(), settings()));
        var client = new DroverClient(drover.url(), drover.key().reveal())) {
      tools = client.session("scripted");
      turn(client, tools);
      var interrupted = client.session("scripted");
      client.say(interrupted, "Hi");
      await().until(() -> model.requests().size() == 3);
      client.interrupt(interrupted);
      client.awaitIdle(interrupted);
      var failed = client.session("scripted");
      turn(client, failed);
      var archived = client.session("rehearsal");
      turn(client, archived);
      client.post("/v1/sessions/" + archived + "/archive", Json.EMPTY);
      client.session("rehearsal"); // nothing happens in it
      for (int i = 0; i < PLAIN; i++) {
        plain.add(client.session("rehearsal"));
        client.say(plain.getLast(), "Hi");
      }
      var during = check(told);
      assertThat(during.sessions()).isEqualTo(sessions);
      plain.forEach(client::awaitIdle);
    }
    var after = check(told);
    assertThat(told).isEmpty();
    assertThat(after.sessions()).isEqualTo(sessions);
    assertThat(after.events()).isGreaterThan(PLAIN * 9L);
    assertThat(after.store()).doesNotContain("password");
  }

  private static void turn(DroverClient client, String session) {
    client.say(session, "Hi");
    client.awaitIdle(session);
  }

  @AfterAll
  void stop() {
    model.close();
  }

  /// Plants a fault in a session.
  ///
  /// @param sql with a question mark for the session's id
  private String plant(String session, String sql) throws SQLException {
    try (var connection = connect();
        var statement = connection.prepareStatement(sql)) {
      for (int i = 1; i <= statement.getParameterMetaData().getParameterCount(); i++) {
        statement.setString(i, session);
      }
      assertThat(statement.executeUpdate()).isPositive();
    }
    return session;
  }

  private List<String> planted(String sql) throws SQLException {
    var session = plain.removeLast();
    plant(session, sql);
    return found(session);
  }

  @Test
  void aLostEvent() throws Exception {
    assertThat(planted("DELETE FROM event WHERE" + OF + " AND position = 3"))
        .contains("4 follows position 2: the log is not dense")
        .anyMatch(line -> line.startsWith("0 the row has received 1 events; the log has 0"));
  }

  @Test
  void workspacesThatMeet() throws Exception {
    var session = plain.removeLast();
    plant(session, "UPDATE session_origin SET workspace_id = 'wrkspc_none' WHERE" + OF);
    assertThat(found(""))
        .contains(
            "0 the session %s and its origin belong to different workspaces, wrkspc_01Default and"
                    .formatted(session)
                + " wrkspc_none",
            "0 rows of session_origin belong to the workspace wrkspc_none, which does not exist");
    plant(session, "UPDATE session_origin SET workspace_id = 'wrkspc_01Default' WHERE" + OF);
    assertThat(found("")).isEmpty();
  }

  @Test
  void aLostMessage() throws Exception {
    assertThat(planted("UPDATE session SET received = 2, seen = 2 WHERE id = ?"))
        .containsExactly("0 the row has received 2 events; the log has 1 from clients, 0 wait");
  }

  @Test
  void aZombiesEvent() throws Exception {
    assertThat(planted("UPDATE event SET epoch = 7 WHERE" + OF + " AND position = 2"))
        .contains("2 was written under epoch 7, which the row does not know")
        .contains("3 was written under epoch 1, after epoch 7");
  }

  @Test
  void aRowThatSaysOtherwiseThanItsLog() throws Exception {
    assertThat(planted("UPDATE session SET head = head + 1 WHERE id = ?"))
        .singleElement()
        .asString()
        .startsWith("0 the row has head ");
    assertThat(planted("UPDATE session SET status = 'rescheduling' WHERE id = ?"))
        .contains("0 the row has status RESCHEDULING; its log says IDLE");
    assertThat(planted("UPDATE session SET input_tokens = input_tokens + 1 WHERE id = ?"))
        .singleElement()
        .asString()
        .startsWith("0 the row has usage ");
    assertThat(planted("UPDATE session SET boundary = 1, seen = 9 WHERE id = ?"))
        .contains("0 the row has seen 9 of 1 received events")
        .anyMatch(line -> line.startsWith("0 the row has boundary 1; its log says "));
    assertThat(planted("UPDATE session SET last_request = 1 WHERE id = ?"))
        .singleElement()
        .asString()
        .startsWith("0 the row has last_request 1; its log says ");
    assertThat(planted("UPDATE session SET awaited = 'result:sevt_01x' WHERE id = ?"))
        .containsExactly("0 the row has awaited [result:sevt_01x]; its log says []");
    assertThat(planted("UPDATE session SET status = 'sleeping' WHERE id = ?"))
        .containsExactly(
            "0 the row has a status that this version does not know and that no event explains");
  }

  @Test
  void anEventInTheInboxAndInTheLog() throws Exception {
    assertThat(
            planted(
                """
                UPDATE inbox SET json = (
                  SELECT json FROM event
                  WHERE event.session_key = inbox.session_key AND event.id = inbox.id)
                WHERE\
                """
                    + OF))
        .anyMatch(line -> line.endsWith("which is already in the log or the inbox"));
  }

  @Test
  void columnsThatAreNotTheEvents() throws Exception {
    assertThat(
            planted(
                """
                UPDATE event SET id = 'sevt_01other', type = 'odd', visible = 0,
                  json = REPLACE(json, '"processed_at":"2', '"processed_at":"1')
                WHERE position = 1 AND\
                """
                    + OF))
        .hasSize(4)
        .allMatch(line -> line.startsWith("1 has the ") && line.contains(" in its column; "));
  }

  @Test
  void aThreadThatTheSessionDoesNotHave() throws Exception {
    assertThat(planted("UPDATE event SET thread = 3 WHERE position = 2 AND" + OF))
        .containsExactly("2 is of thread 3, which the session does not have");
    assertThat(planted("UPDATE inbox SET thread = 4 WHERE" + OF))
        .containsExactly("0 the inbox has an event of thread 4, which the session does not have");
  }

  @Test
  void aSendWhoseEventIsElsewhere() throws Exception {
    assertThat(planted("UPDATE inbox SET position = position + 1 WHERE" + OF))
        .singleElement()
        .asString()
        .startsWith("0 the inbox has sevt_")
        .contains(" as processed at position ");
  }

  @Test
  void damagedJson() throws Exception {
    assertThat(planted("UPDATE event SET json = '{' WHERE" + OF + " AND position = 2"))
        .singleElement()
        .asString()
        .startsWith("2 cannot be read: stored JSON is damaged");
  }

  @Test
  void aSecondResultOfATool() throws Exception {
    plant(
        tools,
        """
        INSERT INTO event (
          session_key, position, id, type, visible, processed_at, epoch, json, hidden)
        SELECT session_key, 1000, 'sevt_01copy', type, visible, processed_at + 100000000, epoch,
          REPLACE(json, id, 'sevt_01copy'), hidden FROM event
        WHERE type = 'agent.tool_result' AND\
        """
            + OF);
    assertThat(found(tools))
        .anyMatch(line -> line.startsWith("1000 is the ") && line.contains("result of"));
  }

  @Test
  void aHolderThatIsGoneIsNoFinding() throws Exception {
    assertThat(planted("UPDATE session SET node = 'node_gone' WHERE id = ?"))
        .containsExactly("note is held by node_gone, which is gone: the next look frees it");
  }

  @Test
  void aSessionWithoutItsOrigin() throws Exception {
    assertThat(planted("DELETE FROM session_origin WHERE" + OF))
        .containsExactly("0 the row does not say what the session was made from");
  }

  @Test
  void contentsWhoseReferencesAreCountedWrongly() throws Exception {
    execute(
        "INSERT INTO blob (id, workspace_id, digest, size, refs) VALUES ('b1', 'w1', 'd', 7, 2)");
    execute(
        "INSERT INTO file (id, workspace_id, filename, mime_type, size, blob_id, created_at)"
            + " VALUES ('f1', 'w1', 'n', 't/p', 7, 'b1', 0), ('f2', 'w1', 'n', 't/p', 7, 'b2', 0)");
    execute("INSERT INTO usage (workspace_id, bytes) VALUES ('w1', 8)");
    execute("INSERT INTO workspace (id, name, created_at) VALUES ('w1', 'W', 0)");
    try {
      assertThat(found(""))
          .containsExactly(
              "0 the content b1 has 1 references, but its row counts 2",
              "0 a row refers to the content b2, which has no row",
              "0 the workspace w1 stores 7 bytes, but its row in usage says 8");
    } finally {
      for (var table : List.of("blob", "file", "usage")) {
        execute("DELETE FROM " + table + " WHERE workspace_id = 'w1'");
      }
      execute("DELETE FROM workspace WHERE id = 'w1'");
    }
    assertThat(found("")).isEmpty();
  }

  @Test
  void memoriesWithoutTheirVersionsOrTheirStore() throws Exception {
    var columns =
        "INSERT INTO memory_version (store_id, number, id, memory_id, newest, operation, actor,"
            + " actor_id, created_at, path, sha256, size, content) VALUES ";
    execute(
        "INSERT INTO memory (store_id, id, path, number, version_id, sha256, size, created_at,"
            + " updated_at) VALUES ('s1', 'm1', '/a', 1, 'v1', 'd', 1, 0, 0),"
            + " ('s1', 'm2', '/b', 2, 'v2', 'd', 1, 0, 0)");
    execute(
        columns
            + "('s1', 1, 'v1', 'm1', 1, 'created', 'api_actor', 'k', 0, '/a', 'd', 1, 'x'),"
            + "('s1', 2, 'v2', 'm2', 0, 'created', 'api_actor', 'k', 0, '/b', 'e', 1, 'y')");
    try {
      assertThat(found(""))
          .containsExactly(
              "0 the memory m2 has no version with its content",
              "0 the memory m2 has 0 newest versions",
              "0 rows of memory belong to the memory store s1, which does not exist",
              "0 rows of memory_version belong to the memory store s1, which does not exist");
    } finally {
      execute("DELETE FROM memory");
      execute("DELETE FROM memory_version");
    }
    assertThat(found("")).isEmpty();
  }

  void execute(String sql) throws SQLException {
    try (var connection = connect();
        var statement = connection.createStatement()) {
      statement.execute(sql);
    }
  }
}
