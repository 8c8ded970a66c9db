package dev.drover.sdk;

import dev.drover.testing.Deployment;

final class TypeScriptSdkTest extends TypeScriptSdkSuite {
  TypeScriptSdkTest() {
    super(Deployment.SQLITE);
  }
}
