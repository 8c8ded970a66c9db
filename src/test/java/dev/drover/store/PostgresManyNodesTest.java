package dev.drover.store;

import static org.assertj.core.api.Assertions.assertThat;

import dev.drover.session.Lease;
import dev.drover.session.Nodes;
import java.sql.SQLException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

final class PostgresManyNodesTest extends ManyNodesContract {
  @RegisterExtension static final EmptyDatabase DATABASE = new EmptyDatabase();

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
}
