package dev.drover.sdk;

import dev.drover.testing.Deployment;

final class OfficialJavaSdkOnPostgresTest extends OfficialJavaSdkSuite {
  OfficialJavaSdkOnPostgresTest() {
    super(Deployment.POSTGRES);
  }
}
