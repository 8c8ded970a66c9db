package dev.drover;

import dev.drover.testing.Deployment;

final class SequencesOnPostgresTest extends SequencesSuite {
  SequencesOnPostgresTest() {
    super(Deployment.POSTGRES);
  }
}
