package dev.drover.sdk;

import dev.drover.testing.Deployment;

final class TypeScriptSdkOnTwoNodesTest extends TypeScriptSdkSuite {
  TypeScriptSdkOnTwoNodesTest() {
    super(Deployment.TWO_NODES);
  }
}
