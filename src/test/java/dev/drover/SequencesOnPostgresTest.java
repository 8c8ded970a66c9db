package dev.drover;

import dev.drover.testing.Deployment;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;

@Tag("database")
@Tag("sandbox")
@Execution(ExecutionMode.CONCURRENT)
final class SequencesOnPostgresTest extends SequencesSuite {
  SequencesOnPostgresTest() {
    super(Deployment.POSTGRES);
  }
}
