package dev.drover.sdk;

import dev.drover.testing.Deployment;

final class OfficialJavaSdkTest extends OfficialJavaSdkSuite {
  OfficialJavaSdkTest() {
    super(Deployment.SQLITE);
  }
}
