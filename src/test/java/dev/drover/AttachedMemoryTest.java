package dev.drover;

import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;

@Tag("database")
@Tag("sandbox")
@Execution(ExecutionMode.CONCURRENT)
final class AttachedMemoryTest extends AttachedMemorySuite {
  @Override
  List<String> databases() {
    return List.of("");
  }
}
