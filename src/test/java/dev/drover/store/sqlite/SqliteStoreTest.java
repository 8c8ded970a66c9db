package dev.drover.store.sqlite;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.sun.management.UnixOperatingSystemMXBean;
import dev.drover.base.Ids;
import dev.drover.base.Problem;
import dev.drover.catalog.Agent;
import dev.drover.catalog.AgentId;
import dev.drover.catalog.Listing;
import dev.drover.catalog.WorkspaceId;
import dev.drover.session.Emitted;
import dev.drover.session.EventId;
import dev.drover.session.Feed;
import dev.drover.session.Lease;
import dev.drover.session.Sessions;
import dev.drover.session.Slice;
import dev.drover.session.Stored;
import dev.drover.session.ThreadKey;
import dev.drover.store.StoreUnusable;
import dev.drover.store.sql.DocumentRows;
import dev.drover.store.sql.EventRows;
import dev.drover.store.sql.Inside;
import dev.drover.store.sql.SessionQuery;
import dev.drover.store.sql.SqlNodes;
import dev.drover.store.sql.SqlStore;
import java.lang.management.ManagementFactory;
import java.nio.file.Path;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.api.parallel.Isolated;

@Isolated("it counts what the whole process holds")
@Tag("database")
@Tag("sandbox")
final class SqliteStoreTest {
  private static final String WORDS = "words ".repeat(500);

  @TempDir Path directory;
  private final Ids ids = new Ids(new Random(7));

  private SqlStore open(Path in) throws StoreUnusable {
    return SqliteStore.open(in.resolve("drover.db"), new Feed(), ids, InstantSource.system());
  }

  private Lease newSession(SqlStore store) {
    var session = Samples.session(ids);
    store.sessions().create(session, List.of());
    return store.eventLog().claim(session.id()).orElseThrow();
  }

  private List<EventId> append(SqlStore store, Lease lease, int events, String text) {
    var emitted = store.eventLog().emitEvents(lease, Samples.emission(ids, events, text));
    assertThat(emitted).isInstanceOf(Emitted.Appended.class);
    return ((Emitted.Appended) emitted).events().stream().map(e -> e.event().id()).toList();
  }

  // Full disks

  @Test
  void aFullDatabaseRefusesWritesAndRecovers() throws Exception {
    try (var store = open(directory)) {
      fill(store, new FullSpot.Quota(store));
    }
  }

  /// On a disk of its own where the system lets us mount one, else as above.
  @Test
  void aFullDiskRefusesWritesAndRecovers() throws Exception {
    try (var disk = FullSpot.Disk.mount(directory)) {
      List<EventId> written;
      Lease lease;
      try (var store = open(directory)) {
        lease = newSession(store);
        written = fill(store, disk.isMounted() ? disk : new FullSpot.Quota(store));
      }
      try (var store = open(directory)) {
        assertThat(written).isNotEmpty();
        assertThat(store.sessions().getSession(lease.session()).id()).isEqualTo(lease.session());
      }
    }
  }

  private List<EventId> fill(SqlStore store, FullSpot spot) throws Exception {
    var lease = newSession(store);
    var written = new ArrayList<>(append(store, lease, 2, WORDS));
    spot.fill();
    assertThatThrownBy(
            () -> {
              for (int i = 0; i < 10_000; i++) {
                written.addAll(append(store, lease, 2, WORDS));
              }
            })
        .isInstanceOfSatisfying(
            Problem.class,
            problem -> assertThat(problem.kind()).isEqualTo(Problem.Kind.UNAVAILABLE));
    assertThat(log(store, lease)).as("reads go on").isEqualTo(written);
    spot.free();
    written.addAll(append(store, lease, 2, WORDS));
    assertThat(log(store, lease)).isEqualTo(written);
    return written;
  }

  private static List<EventId> log(SqlStore store, Lease lease) {
    return store.eventLog().getEvents(lease.session(), Slice.after(0, 1_000_000)).stream()
        .map(stored -> stored.event().id())
        .toList();
  }

  // Long sessions

  @Test
  void theTailOfALongSessionIsReadByIndex() throws Exception {
    try (var store = open(directory)) {
      var lease = newSession(store);
      for (int i = 0; i < 100; i++) {
        append(store, lease, 500, "short");
      }
      var tail = slice(Long.MAX_VALUE, false, Set.of());
      assertThat(store.eventLog().getEvents(lease.session(), tail))
          .extracting(Stored::position)
          .startsWith(50_000L, 49_999L)
          .hasSize(20);
      for (var slice :
          List.of(
              tail,
              slice(49_990, true, Set.of()),
              slice(49_990, false, Set.of("agent.message", "user.message")),
              new Slice(
                  49_990,
                  20,
                  true,
                  Set.of(),
                  true,
                  Optional.of(Instant.EPOCH),
                  Optional.of(Instant.EPOCH)))) {
        assertThat(plan(store, EventRows.sql(slice)))
            .as(EventRows.sql(slice))
            .anyMatch(
                step ->
                    step.contains(
                        "USING INDEX sqlite_autoindex_event_1 (session_key=? AND position"))
            .noneMatch(step -> step.startsWith("SCAN"))
            .noneMatch(step -> step.contains("TEMP B-TREE"));
      }
      for (var type : List.of("drover.context", "drover.compaction_requested")) {
        var index = type.equals("drover.context") ? "event_chapter" : "event_chapter_requested";
        var newest = slice(49_990, false, Set.of(type)).of(ThreadKey.PRIMARY);
        assertThat(plan(store, EventRows.sql(newest)))
            .anyMatch(
                step -> step.contains("USING INDEX " + index + " (session_key=? AND thread=?"))
            .noneMatch(step -> step.contains("TEMP B-TREE"));
        assertThat(store.eventLog().getEvents(lease.session(), newest)).isEmpty();
      }
    }
  }

  private static Slice slice(long after, boolean ascending, Set<String> types) {
    return new Slice(after, 20, ascending, types, false, Optional.empty(), Optional.empty());
  }

  @Test
  void unfinishedSessionsAreFoundWithoutReadingTheOthers() throws Exception {
    try (var store = open(directory)) {
      assertThat(plan(store, SqlNodes.UNFINISHED))
          .containsExactly("SEARCH session USING INDEX session_awake (node=?)");
    }
  }

  @Test
  void sessionsAreListedByIndexWithAndWithoutAnAgent() throws Exception {
    try (var store = open(directory)) {
      assertThat(plan(store, list(Optional.empty())))
          .anyMatch(step -> step.contains("USING INDEX session_by_creation"))
          .noneMatch(step -> step.startsWith("SCAN"))
          .noneMatch(step -> step.contains("TEMP B-TREE"));
      assertThat(plan(store, list(Optional.of(new AgentId("agent_a")))))
          .anyMatch(step -> step.contains("USING INDEX session_origin_by_agent"))
          .noneMatch(step -> step.startsWith("SCAN"));
    }
  }

  @Test
  void resourcesAreFoundAndListedByIndex() throws Exception {
    try (var store = open(directory)) {
      assertThat(plan(store, DocumentRows.ONE))
          .singleElement()
          .asString()
          .contains("SEARCH document USING INDEX document_latest");
      assertThat(plan(store, DocumentRows.VERSION))
          .singleElement()
          .asString()
          .startsWith("SEARCH document USING INDEX sqlite_autoindex_document_1");
      assertThat(plan(store, DocumentRows.VERSIONS))
          .singleElement()
          .asString()
          .startsWith("SEARCH document USING INDEX sqlite_autoindex_document_1");
      assertThat(plan(store, DocumentRows.NAMED))
          .singleElement()
          .asString()
          .startsWith("SEARCH document USING INDEX document_name");
      var listing = new Listing(20, Optional.empty(), true, Optional.empty(), Optional.empty());
      assertThat(plan(store, DocumentRows.list(new WorkspaceId("w"), Agent.KIND, listing)))
          .singleElement()
          .asString()
          .startsWith("SEARCH document USING INDEX document_by_creation");
    }
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
    return SessionQuery.of(new WorkspaceId("wrkspc_a"), listing, Optional.empty()).sql();
  }

  private static List<String> plan(SqlStore store, String sql) {
    return Inside.writer(store)
        .call(
            "session",
            (db, _) -> db.list("EXPLAIN QUERY PLAN " + sql, row -> row.getString("detail")));
  }

  // Coming and going

  @Test
  void aClosedStoreLeavesNoThreadAndNoFileBehind() throws Exception {
    cycle();
    var system = (UnixOperatingSystemMXBean) ManagementFactory.getOperatingSystemMXBean();
    long files = system.getOpenFileDescriptorCount();
    for (int i = 0; i < 20; i++) {
      cycle();
    }
    assertThat(system.getOpenFileDescriptorCount()).isLessThan(files + 10);
    assertThat(Thread.getAllStackTraces().keySet())
        .noneMatch(thread -> thread.getName().startsWith("drover-store-"));
    assertThat(directory.resolve("drover.db-wal")).doesNotExist();
  }

  private void cycle() throws StoreUnusable {
    try (var store = open(directory)) {
      append(store, newSession(store), 1, "hello");
    }
  }
}
