package dev.drover;

import dev.drover.testing.Deployment;

final class SequencesTest extends SequencesSuite {
  SequencesTest() {
    super(Deployment.SQLITE);
  }
}
