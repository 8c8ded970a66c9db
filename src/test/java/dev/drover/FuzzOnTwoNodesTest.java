package dev.drover;

import dev.drover.testing.Deployment;

final class FuzzOnTwoNodesTest extends FuzzSuite {
  FuzzOnTwoNodesTest() {
    super(Deployment.TWO_NODES, 25);
  }
}
