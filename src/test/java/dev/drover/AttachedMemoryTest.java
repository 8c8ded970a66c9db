package dev.drover;

import java.util.List;
import org.junit.jupiter.api.Tag;

@Tag("database")
@Tag("sandbox")
final class AttachedMemoryTest extends AttachedMemorySuite {
  @Override
  List<String> databases() {
    return List.of("");
  }
}
