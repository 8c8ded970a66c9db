package dev.drover.store;

import static org.assertj.core.api.Assertions.assertThat;

import dev.drover.base.Ids;
import dev.drover.session.Feed;
import dev.drover.session.Lease;
import dev.drover.session.Nodes;
import dev.drover.session.SessionId;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.SQLException;
import java.time.InstantSource;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;

/// A node that starts after another one of its machine died: what that one held is free at once. Of
/// whom it cannot be sure, it waits for the lapse.
@Timeout(60)
@Tag("database")
@Tag("sandbox")
final class RestartedNodeTest extends StoreContract {
  private static final Random RANDOM = new Random(11);

  @RegisterExtension static final EmptyDatabase DATABASE = new EmptyDatabase();

  @Override
  Store open() throws StoreUnusable {
    return DATABASE.open(new Feed(), new Ids(RANDOM), InstantSource.system());
  }

  @Override
  Store reopen() throws StoreUnusable {
    store.close();
    return open();
  }

  /// A session that owes work, held by the first node.
  private SessionId held() {
    var id = newSession();
    send(id, message("go"));
    return id;
  }

  /// Says of the process of the first node that it is another one.
  private static void pretend(String assignment) throws SQLException {
    try (var connection = DATABASE.connect();
        var statement = connection.createStatement()) {
      assertThat(statement.executeUpdate("UPDATE node SET " + assignment)).isEqualTo(1);
    }
  }

  private static long endedProcess() throws Exception {
    var process = new ProcessBuilder("true").start();
    process.waitFor();
    return process.pid();
  }

  private static List<String> names(Store store) {
    return store.nodes().members().stream().map(Nodes.Member::name).toList();
  }

  @Test
  void whatAnEndedProcessOfThisMachineHeldIsFreeAtOnce() throws Exception {
    var session = held();
    pretend("pid = " + endedProcess());
    try (var next = open()) {
      assertThat(next.nodes().members()).singleElement().matches(Nodes.Member::self);
      assertThat(next.nodes().claim(10)).extracting(Lease::session).containsExactly(session);
      assertThat(store.nodes().beat()).isFalse();
    }
  }

  @Test
  void aNumberThatWasGivenOutAgainIsAnotherProcess() throws Exception {
    held();
    pretend("process_started = process_started - 1");
    try (var next = open()) {
      assertThat(names(next)).hasSize(1);
      assertThat(next.nodes().claim(10)).hasSize(1);
    }
  }

  @Test
  void aProcessIsGoneOnceItIsKilled() throws Exception {
    var process = new ProcessBuilder("sleep", "60").start();
    try {
      held();
      pretend("pid = " + process.pid() + ", process_started = " + started(process.pid()));
      try (var beside = open()) {
        assertThat(names(beside)).hasSize(2);
        assertThat(beside.nodes().claim(10)).isEmpty();
        beside.nodes().leave();
        process.destroyForcibly().waitFor();
      }
      try (var next = open()) {
        assertThat(names(next)).hasSize(1);
        assertThat(next.nodes().claim(10)).hasSize(1);
      }
    } finally {
      process.destroyForcibly();
    }
  }

  private static long started(long pid) throws Exception {
    var stat = Files.readString(Path.of("/proc/" + pid + "/stat"));
    return Long.parseLong(stat.substring(stat.lastIndexOf(')') + 2).split(" ", -1)[19]);
  }

  @Test
  void aLivingNeighbourKeepsWhatItHas() throws Exception {
    held();
    try (var next = open()) {
      assertThat(next.nodes().beat()).isTrue();
      assertThat(next.nodes().claim(10)).isEmpty();
      assertThat(store.nodes().beat()).isTrue();
      assertThat(names(next)).hasSize(2);
    }
  }

  @Test
  void nodesElsewhereAreLeftToLapse() throws Exception {
    held();
    for (var machine : List.of("'another ' || machine", "''")) {
      pretend("machine = " + machine + ", pid = " + endedProcess());
      try (var next = open()) {
        assertThat(names(next)).hasSize(2);
        assertThat(next.nodes().claim(10)).isEmpty();
        assertThat(store.nodes().beat()).isTrue();
        next.nodes().leave();
      }
    }
  }
}
