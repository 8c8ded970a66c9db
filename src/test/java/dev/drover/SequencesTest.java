package dev.drover;

import dev.drover.testing.Deployment;
import org.junit.jupiter.api.Tag;

@Tag("database")
@Tag("sandbox")
final class SequencesTest extends SequencesSuite {
  SequencesTest() {
    super(Deployment.SQLITE);
  }
}
