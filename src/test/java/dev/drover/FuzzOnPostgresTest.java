package dev.drover;

import dev.drover.testing.Deployment;

final class FuzzOnPostgresTest extends FuzzSuite {
  FuzzOnPostgresTest() {
    super(Deployment.POSTGRES, 40);
  }
}
