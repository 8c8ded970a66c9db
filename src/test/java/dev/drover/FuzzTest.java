package dev.drover;

import dev.drover.testing.Deployment;

final class FuzzTest extends FuzzSuite {
  FuzzTest() {
    super(Deployment.SQLITE, 90);
  }
}
