package dev.drover;

import dev.drover.testing.Postgres;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

@Tag("database")
@Tag("sandbox")
final class AttachedMemoryOnTwoNodesTest extends AttachedMemorySuite {
  private final Postgres.Database database = Postgres.database();

  @Override
  List<String> databases() {
    return List.of(database.url(), database.url());
  }

  @Override
  void release() {
    database.close();
  }

  /// A few seconds on one store, see [AttachedMemoryTest]; on this one with `-Psoak`.
  @Test
  @Tag("soak")
  void aStoreIsFilledByOneAgentAndReadByAnother() {
    fill();
  }
}
