package dev.drover.store.sqlite;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.drover.base.Ids;
import dev.drover.session.EventId;
import dev.drover.session.Feed;
import dev.drover.session.SessionId;
import dev.drover.session.Slice;
import dev.drover.session.Stored;
import dev.drover.store.StoreUnusable;
import dev.drover.store.sql.SqlStore;
import java.io.BufferedReader;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// A process that appends is killed in the middle of it.
@Tag("database")
@Tag("sandbox")
final class SqliteSurvivalTest {
  private static final int ACKNOWLEDGED = 400;

  @TempDir Path directory;

  @Test
  void whatWasAcknowledgedIsThereOnceAfterAKill() throws Exception {
    var file = directory.resolve("drover.db");
    var acknowledged = new HashMap<SessionId, List<String>>();
    for (int round = 0; round < 3; round++) {
      for (var line : linesUntilKilled(file, round)) {
        var words = line.split(" ", -1);
        acknowledged.computeIfAbsent(new SessionId(words[0]), _ -> new ArrayList<>()).add(words[1]);
      }
      check(file, acknowledged);
    }
  }

  private static List<String> linesUntilKilled(Path file, int seed) throws Exception {
    var process =
        new ProcessBuilder(
                ProcessHandle.current().info().command().orElseThrow(),
                "--enable-native-access=ALL-UNNAMED",
                "-cp",
                System.getProperty("java.class.path"),
                Appender.class.getName(),
                file.toString(),
                Integer.toString(seed))
            .redirectError(ProcessBuilder.Redirect.INHERIT)
            .start();
    var lines = new ArrayList<String>();
    try (var out =
        new BufferedReader(
            new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8))) {
      for (var line = out.readLine(); line != null; line = out.readLine()) {
        lines.add(line);
        if (lines.size() == ACKNOWLEDGED / 2) {
          assertThatThrownBy(() -> open(file).close())
              .isInstanceOf(StoreUnusable.class)
              .hasMessageEndingWith("another Drover (pid " + process.pid() + ").");
        }
        if (lines.size() == ACKNOWLEDGED) {
          process.toHandle().destroyForcibly(); // leaves us what it said
        }
      }
    } finally {
      process.destroyForcibly().waitFor();
    }
    assertThat(lines).hasSizeGreaterThanOrEqualTo(ACKNOWLEDGED);
    return lines.stream().filter(line -> line.endsWith(" .")).toList();
  }

  private static void check(Path file, Map<SessionId, List<String>> acknowledged)
      throws StoreUnusable {
    try (var store = open(file)) {
      acknowledged.forEach(
          (session, ids) -> {
            var log = store.eventLog().getEvents(session, Slice.after(0, 1_000_000));
            assertThat(log)
                .extracting(Stored::position)
                .containsExactlyElementsOf(LongStream.rangeClosed(1, log.size()).boxed().toList());
            assertThat((log.size() - 1) % Appender.TOGETHER).as("emissions are whole").isZero();
            assertThat(log)
                .extracting(stored -> stored.event().id())
                .doesNotHaveDuplicates()
                .containsAll(ids.stream().map(EventId::new).toList());
            assertThat(store.sessions().getSession(session).id()).isEqualTo(session);
          });
      assertThat(store.eventLog().unfinished()).containsAll(acknowledged.keySet());
    }
  }

  private static SqlStore open(Path file) throws StoreUnusable {
    return SqliteStore.open(file, new Feed(), new Ids(new Random(99)), InstantSource.system());
  }
}
