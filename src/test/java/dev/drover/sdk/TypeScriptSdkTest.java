package dev.drover.sdk;

import dev.drover.testing.Deployment;
import org.junit.jupiter.api.Tag;

@Tag("database")
@Tag("sandbox")
@Tag("sdk")
final class TypeScriptSdkTest extends TypeScriptSdkSuite {
  TypeScriptSdkTest() {
    super(Deployment.SQLITE);
  }
}
