package dev.drover;

import dev.drover.testing.Deployment;
import org.junit.jupiter.api.Tag;

@Tag("database")
@Tag("sandbox")
final class SequencesOnTwoNodesTest extends SequencesSuite {
  SequencesOnTwoNodesTest() {
    super(Deployment.TWO_NODES);
  }
}
