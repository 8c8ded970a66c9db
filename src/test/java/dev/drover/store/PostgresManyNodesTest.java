package dev.drover.store;

import static org.assertj.core.api.Assertions.assertThat;

import dev.drover.base.Scope;
import dev.drover.session.Lease;
import dev.drover.session.Nodes;
import java.sql.SQLException;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

@Tag("database")
final class PostgresManyNodesTest extends ManyNodesContract {
  @RegisterExtension static final EmptyDatabase DATABASE = new EmptyDatabase();

  private static final String CUT =
      """
      SELECT COUNT(pg_terminate_backend(pid)) FROM pg_stat_activity
      WHERE datname = current_database() AND query LIKE 'LISTEN%'\
      """;

  @Override
  Store open() throws StoreUnusable {
    return DATABASE.open(feed, ids, clock);
  }

  @Override
  Store join() throws StoreUnusable {
    return DATABASE.open(otherFeed, ids, clock);
  }

  @Override
  void silenceOther() throws SQLException {
    var self =
        store.nodes().members().stream().filter(Nodes.Member::self).findFirst().orElseThrow();
    DATABASE.execute(
        "UPDATE node SET beat_at = beat_at - "
            + 2 * EmptyDatabase.LAPSE.toMillis() * 1_000
            + " WHERE id <> '"
            + self.name()
            + "'");
  }

  @Test
  void aSessionHeldByANameThatIsNotThereIsFreed() throws Exception {
    var lease = sendToOther(newSession());
    DATABASE.execute("UPDATE session SET node = 'node_gone'");
    assertThat(store.nodes().claim(10)).isEmpty();
    assertThat(store.nodes().beat()).isTrue();
    assertThat(store.nodes().claim(10)).containsExactly(new Lease(lease.session(), 2));
  }

  /// Whoever listens for hints is cut off again and again.
  @Test
  void whatHintsDoNotBringIsFoundByLooking() throws Exception {
    var over = new AtomicBoolean();
    try (var scope = new Scope()) {
      var cutting =
          scope.fork(
              () -> {
                int cut = 0;
                while (!over.get()) {
                  cut += Integer.parseInt(DATABASE.text(CUT));
                }
                return cut;
              });
      try {
        new FeedAcrossNodes(this).run();
      } finally {
        over.set(true);
      }
      assertThat(cutting.join()).isPositive();
    }
  }
}
