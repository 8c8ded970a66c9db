package dev.drover;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.drover.testing.Audit;
import dev.drover.testing.DroverClient;
import dev.drover.testing.Postgres;
import dev.drover.testing.Script;
import dev.drover.testing.ScriptedMessages;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/// Nodes whose clocks are an hour ahead and an hour behind: nobody takes anybody for dead, a
/// session is held once for each turn, and the times in its log rise all the same.
@Timeout(120)
@Tag("database")
@Tag("sandbox")
final class ClockJumpTest {
  private static final int SESSIONS = 4;
  private static final int TURNS = 6;

  /// Far shorter than the clocks are apart, and longer than a busy machine keeps a node waiting.
  private static final int LAPSE_MS = 30_000;

  @TempDir Path directory;

  private static Wiring clock(Duration offset) {
    return new Wiring() {
      @Override
      InstantSource clock() {
        return InstantSource.offset(InstantSource.system(), offset);
      }
    };
  }

  @Test
  void leasesKeepToTheDatabasesClockAndLogsToTheirOwnOrder() throws Exception {
    try (var database = Postgres.database();
        var model = ScriptedMessages.start()) {
      model.otherwise(_ -> Script.reply().text("ok"));
      var nodes = new ArrayList<NodeHere>();
      try {
        for (var offset : List.of(Duration.ZERO, Duration.ofHours(1), Duration.ofHours(-1))) {
          var data = directory.resolve(offset.toString());
          nodes.add(NodeHere.start(data, database.url(), model, LAPSE_MS, clock(offset)));
        }
        var sessions = new ArrayList<String>();
        for (int i = 0; i < SESSIONS; i++) {
          sessions.add(nodes.get(i % nodes.size()).client().session("scripted"));
        }
        for (int turn = 1; turn <= TURNS; turn++) {
          for (int i = 0; i < SESSIONS; i++) {
            nodes.get((turn + i) % nodes.size()).acknowledged(sessions.get(i), "turn " + turn);
          }
          int turns = turn;
          for (var session : sessions) {
            await()
                .atMost(Duration.ofSeconds(20))
                .until(() -> nodes.getFirst().count(session, "session.status_idle") == turns);
          }
        }
        // A doubled send is known for one on every node, though a clock says that it is long ago.
        var session = sessions.getFirst();
        var first = nodes.get(1).say(session, "again and again");
        assertThat(first.isOk()).isTrue();
        for (var node : nodes) {
          assertThat(node.say(session, "again and again", 1).ids()).isEqualTo(first.ids());
        }
        await()
            .until(
                () ->
                    nodes.getFirst().client().events(session).stream()
                            .filter(event -> DroverClient.type(event).equals("session.status_idle"))
                            .count()
                        == TURNS + 1);
      } finally {
        nodes.forEach(NodeHere::close);
      }
      try (var connection = database.connect();
          var rows =
              connection
                  .createStatement()
                  .executeQuery("SELECT max(epoch), min(epoch) FROM session")) {
        assertThat(Audit.of(connection)).isEmpty();
        rows.next();
        assertThat(rows.getInt(1)).isEqualTo(TURNS + 1);
        assertThat(rows.getInt(2)).isEqualTo(TURNS);
      }
    }
  }
}
