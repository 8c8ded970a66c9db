package dev.drover;

import dev.drover.testing.Deployment;

final class SequencesOnTwoNodesTest extends SequencesSuite {
  SequencesOnTwoNodesTest() {
    super(Deployment.TWO_NODES);
  }
}
