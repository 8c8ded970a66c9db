package dev.drover.telemetry;

import static org.assertj.core.api.Assertions.assertThat;

import dev.drover.base.Ids;
import dev.drover.session.Feed;
import dev.drover.store.sqlite.SqliteStore;
import java.nio.file.Path;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Random;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

@Tag("database")
final class NodeFiguresTest {
  private final AtomicReference<Instant> now = new AtomicReference<>(Instant.ofEpochSecond(1_000));

  @Test
  void whatTheStoreSaidServesForAWhileAndAStoreThatIsAwayHidesNoOtherFigure(@TempDir Path directory)
      throws Exception {
    var store =
        SqliteStore.open(
            directory.resolve("drover.db"),
            new Feed(),
            new Ids(new Random(7)),
            InstantSource.system());
    var metrics = new Metrics();
    metrics.add(new NodeFigures(store.nodes(), store.jobs(), store.webhookQueue(), now::get));
    metrics.gauge("other", "Other.", () -> 1);
    var first = metrics.text();
    assertThat(first)
        .contains(
            "drover_nodes 1\n",
            "drover_queue_sessions 0\n",
            "drover_jobs_owed 0\n",
            "drover_webhooks_owed 0\n",
            "other 1\n");
    store.close();
    assertThat(metrics.text()).isEqualTo(first);
    now.updateAndGet(time -> time.plusSeconds(6));
    assertThat(metrics.text()).doesNotContain("drover_").contains("other 1\n");
  }
}
