package dev.drover.sdk;

import dev.drover.testing.Deployment;

final class TypeScriptSdkOnPostgresTest extends TypeScriptSdkSuite {
  TypeScriptSdkOnPostgresTest() {
    super(Deployment.POSTGRES);
  }
}
