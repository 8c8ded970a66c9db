package dev.drover;

import dev.drover.testing.Postgres;
import java.util.List;
import org.junit.jupiter.api.Tag;

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
}
