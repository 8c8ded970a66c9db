package dev.drover;

import dev.drover.testing.Deployment;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;

@Tag("database")
@Tag("sandbox")
@Execution(ExecutionMode.CONCURRENT)
final class SequencesTest extends SequencesSuite {
  SequencesTest() {
    super(Deployment.SQLITE);
  }
}
