package dev.drover.store;

import static org.assertj.core.api.Assertions.assertThat;

import dev.drover.base.Ids;
import dev.drover.base.Json;
import dev.drover.catalog.Agent;
import dev.drover.catalog.AgentId;
import dev.drover.catalog.Listing;
import dev.drover.session.Feed;
import dev.drover.session.Overview;
import dev.drover.session.Sessions;
import dev.drover.session.Slice;
import dev.drover.session.ThreadKey;
import dev.drover.store.sql.AccessRows;
import dev.drover.store.sql.DocumentRows;
import dev.drover.store.sql.EventRows;
import dev.drover.store.sql.JobRows;
import dev.drover.store.sql.SessionQuery;
import dev.drover.store.sql.SqlNodes;
import dev.drover.store.sql.WaitingRows;
import dev.drover.store.sql.WebhookRows;
import java.sql.SQLException;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Random;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/// How PostgreSQL answers the statements whose cost must not grow with what is kept: 50,000
/// sessions, and 50,000 events in one of them.
@Tag("database")
final class PostgresPlansTest {
  private static final EmptyDatabase DATABASE = new EmptyDatabase();

  private static final List<String> ROWS =
      List.of(
          """
          INSERT INTO session (
            key, id, workspace_id, status, input_tokens, output_tokens, cache_read_tokens,
            cache_creation_tokens, active_micros, started, boundary, created_at, updated_at, head,
            received, seen, last_processed, epoch)
          SELECT n, 'sesn_' || n, 'wrkspc_a', CASE WHEN n % 5000 = 0 THEN 'running' ELSE 'idle' END,
            0, 0, 0, 0, 0, 1, 0, n, n, 0, n, CASE WHEN n % 5000 = 1 THEN n - 1 ELSE n END, 0, 1
          FROM generate_series(1, 50000) n
          """,
          """
          INSERT INTO session_origin (
            session_key, workspace_id, thread_id, agent_id, agent_version, agent, environment_id,
            networking, metadata)
          SELECT n, 'wrkspc_a', 'sthr_' || n, 'agent_' || n % 1000, 1, '{}', 'env_a', '{}',
            '{}'
          FROM generate_series(1, 50000) n
          """,
          """
          INSERT INTO event (
            session_key, position, id, type, visible, processed_at, epoch, json)
          SELECT 7, n, 'sevt_' || n, 'agent.message', 1, n, 1, '{}'
          FROM generate_series(1, 50000) n
          """,
          """
          INSERT INTO event (
            session_key, position, id, type, visible, processed_at, epoch, json)
          SELECT n, 1, 'sevt_' || n, 'user.message', 1, n, 1, '{}'
          FROM generate_series(10, 50000) n
          """,
          """
          INSERT INTO job (kind, key, place, payload, state, created_at, due_at)
          SELECT 'remove_workspace', 'sesn_gone' || n, 'here', '{}',
            CASE WHEN n % 5000 = 0 THEN 'owed' ELSE 'done' END, n, n
          FROM generate_series(1, 50000) n
          """,
          """
          INSERT INTO document (
            workspace_id, kind, id, version, latest, unique_name, json, created_at, updated_at)
          SELECT 'wrkspc_a', CASE WHEN n % 2 = 0 THEN 'agent' ELSE 'environment' END,
            'id_' || n / 10, n % 10 + 1, CASE WHEN n % 10 < 2 THEN 1 ELSE 0 END, 'name ' || n / 10,
            '{}', n, n
          FROM generate_series(1, 50000) n
          """,
          """
          INSERT INTO webhook_endpoint (
            id, workspace_id, url, name, description, events, enabled, disabled_reason, signing_key,
            created_at, updated_at, failures, paused_until)
          SELECT 'whep_' || n, 'wrkspc_a', '', '', '', 'agent.created', 1, '', '', n, n, 0, 0
          FROM generate_series(1, 30) n
          """,
          """
          INSERT INTO webhook_delivery (
            endpoint_id, id, workspace_id, type, data, created_at, state, due_at)
          SELECT 'whep_' || n % 30, 'whe_' || n, 'wrkspc_a', 'agent.created', '{}', n,
            CASE WHEN n % 5000 = 0 THEN 'owed' ELSE 'delivered' END, n
          FROM generate_series(1, 50000) n
          """,
          """
          INSERT INTO api_key (
            id, workspace_id, prefix, sha256, name, scopes, created_by, created_at)
          SELECT 'apikey_' || n, 'wrkspc_01Default', 'drv_' || n, '', '', '', 'apikey_1', n
          FROM generate_series(1, 50000) n
          """,
          "ANALYZE");

  @BeforeAll
  static void fill() throws Exception {
    DATABASE.begin();
    DATABASE.open(new Feed(), new Ids(new Random(7)), InstantSource.system()).close();
    for (var statement : ROWS) {
      DATABASE.execute(statement);
    }
  }

  @AfterAll
  static void drop() throws Exception {
    DATABASE.drop();
  }

  private record Plan(Set<String> indexes, Set<String> nodes) {}

  /// @param values in place of the question marks, as SQL
  private static Plan plan(String sql, List<String> values) throws SQLException {
    var filled = new StringBuilder();
    var rest = values.iterator();
    for (var piece : sql.split("(?<=\\?)|(?=\\?)", -1)) {
      filled.append(piece.equals("?") ? rest.next() : piece);
    }
    assertThat(rest).isExhausted();
    var plan = new Plan(new TreeSet<>(), new TreeSet<>());
    var explained = (Json.Arr) Json.trusted(DATABASE.text("EXPLAIN (FORMAT JSON) " + filled));
    collect(((Json.Obj) explained.items().getFirst()).object("Plan"), plan);
    return plan;
  }

  private static void collect(Json.Obj step, Plan plan) {
    var relation = step.text("Relation Name");
    plan.nodes.add(step.text("Node Type") + (relation == null ? "" : " " + relation));
    var index = step.text("Index Name");
    if (index != null) {
      plan.indexes.add(index);
    }
    step.items("Plans").forEach(inner -> collect((Json.Obj) inner, plan));
  }

  private static Slice slice(long after, boolean ascending, Set<String> types, boolean timed) {
    var time = timed ? Optional.of(Instant.EPOCH) : Optional.<Instant>empty();
    return new Slice(after, 20, ascending, types, true, time, time);
  }

  @Test
  void aPageOfALongLogIsReadByIndex() throws Exception {
    var types = Set.of("agent.message", "user.message");
    for (var timed : List.of(false, true)) {
      for (var ascending : List.of(false, true)) {
        for (var some : List.of(Set.<String>of(), types)) {
          var slice = slice(49_990, ascending, some, timed);
          var values = new ArrayList<>(List.of("'sesn_7'", "49990"));
          some.forEach(type -> values.add("'" + type + "'"));
          values.addAll(timed ? List.of("1", "50000") : List.of());
          values.add("20");
          var plan = plan(EventRows.sql(slice), values);
          assertThat(plan.indexes)
              .as(EventRows.sql(slice))
              .containsExactly("event_pkey", "session_id_key");
          assertThat(plan.nodes)
              .containsExactlyInAnyOrder("Limit", "Index Scan event", "Index Scan session");
        }
      }
    }
  }

  @Test
  void theNewestChapterOfALongLogIsFoundByIndex() throws Exception {
    var indexes =
        Map.of(
            "drover.context",
            "event_chapter",
            "drover.compaction_requested",
            "event_chapter_requested");
    for (var one : indexes.entrySet()) {
      var newest = slice(49_990, false, Set.of(one.getKey()), false).of(ThreadKey.PRIMARY);
      assertThat(plan(EventRows.sql(newest), List.of("'sesn_7'", "49990", "1")).indexes)
          .containsExactly(one.getValue(), "session_id_key");
    }
  }

  @Test
  void unfinishedSessionsAreFoundWithoutReadingTheOthers() throws Exception {
    var plan = plan(SqlNodes.UNFINISHED, List.of("16"));
    assertThat(plan.indexes).containsExactly("session_awake");
    assertThat(plan.nodes).doesNotContain("Seq Scan session");
  }

  @Test
  void waitingSessionsAreFoundWithoutReadingTheOthers() throws Exception {
    for (var reason : List.of(Optional.<Overview.Wait>empty(), Optional.of(Overview.Wait.BUDGET))) {
      var plan = plan(WaitingRows.select(reason) + " LIMIT ?", List.of("'wrkspc_a'", "21"));
      assertThat(plan.indexes).contains("session_waiting");
      assertThat(plan.nodes).doesNotContain("Seq Scan session", "Seq Scan session_origin");
    }
  }

  @Test
  void jobsAreFoundAndForgottenByIndex() throws Exception {
    var keys =
        new ArrayList<>(
            IntStream.range(0, JobRows.ASKED).mapToObj(n -> "'sesn_gone" + n + "'").toList());
    keys.add("'remove_workspace'");
    assertThat(plan(JobRows.AMONG, keys).indexes).containsExactly("job_by_key");
    var due = plan(JobRows.due(1), List.of("60000", "'here'", "'remove_workspace'", "1"));
    assertThat(due.indexes).containsExactly("job_open");
    assertThat(plan(JobRows.OLD, List.of("1000", "1000")).indexes).containsExactly("job_by_time");
  }

  @Test
  void aKeyIsFoundByIndex() throws Exception {
    assertThat(plan(AccessRows.FIND, List.of("'drv_00000007'")).nodes)
        .doesNotContain("Seq Scan api_key");
  }

  @Test
  void webhookEventsAreFoundAndForgottenByIndex() throws Exception {
    var due = plan(WebhookRows.DUE, List.of("60000", "60000", "100"));
    assertThat(due.indexes).contains("webhook_delivery_owed");
    assertThat(due.nodes).doesNotContain("Seq Scan webhook_delivery");
    assertThat(plan(WebhookRows.DUE_TO, List.of("'whep_7'", "60000", "8")).indexes)
        .containsExactly("webhook_delivery_owed");
    assertThat(plan(WebhookRows.OLD, List.of("1000", "1000")).indexes)
        .containsExactly("webhook_delivery_by_age");
  }

  @Test
  void sessionsAreListedByIndexWithAndWithoutAnAgent() throws Exception {
    var all = plan(list(Optional.empty()), List.of("'wrkspc_a'", "21"));
    assertThat(all.indexes).contains("session_by_creation", "session_origin_pkey");
    assertThat(all.nodes).doesNotContain("Seq Scan session", "Seq Scan session_origin", "Sort");
    var agents =
        plan(list(Optional.of(new AgentId("agent_7"))), List.of("'wrkspc_a'", "'agent_7'", "21"));
    assertThat(agents.indexes).contains("session_origin_by_agent", "session_pkey");
    assertThat(agents.nodes).doesNotContain("Seq Scan session", "Seq Scan session_origin");
  }

  @Test
  void resourcesAreFoundAndListedByIndex() throws Exception {
    var kind = List.of("'wrkspc_a'", "'agent'");
    assertThat(plan(DocumentRows.ONE, with(kind, "'id_7'")).indexes)
        .containsExactly("document_latest");
    assertThat(plan(DocumentRows.VERSION, with(kind, "'id_7'", "3")).indexes)
        .containsExactly("document_pkey");
    assertThat(plan(DocumentRows.NAMED, with(kind, "'name 7'", "'id_8'")).indexes)
        .containsExactly("document_name");
    var versions = plan(DocumentRows.VERSIONS, with(kind, "'id_7'", "5", "21"));
    assertThat(versions.indexes).containsExactly("document_pkey");
    assertThat(versions.nodes).doesNotContain("Sort");
    var listing = new Listing(20, Optional.empty(), false, Optional.empty(), Optional.empty());
    var list =
        plan(DocumentRows.list(StoreContract.WORKSPACE, Agent.KIND, listing), with(kind, "21"));
    assertThat(list.indexes).containsExactly("document_by_creation");
    assertThat(list.nodes).doesNotContain("Sort");
  }

  private static List<String> with(List<String> kind, String... more) {
    return Stream.concat(kind.stream(), Stream.of(more)).toList();
  }

  private static String list(Optional<AgentId> agent) {
    var listing =
        new Sessions.Listing(
            20,
            Optional.empty(),
            false,
            false,
            Set.of(),
            agent,
            OptionalInt.empty(),
            Optional.empty(),
            Optional.empty(),
            Optional.empty());
    return SessionQuery.of(StoreContract.WORKSPACE, listing, Optional.empty()).sql();
  }
}
