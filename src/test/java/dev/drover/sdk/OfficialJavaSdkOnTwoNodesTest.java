package dev.drover.sdk;

import dev.drover.testing.Deployment;

final class OfficialJavaSdkOnTwoNodesTest extends OfficialJavaSdkSuite {
  OfficialJavaSdkOnTwoNodesTest() {
    super(Deployment.TWO_NODES);
  }
}
