package dev.drover.sdk;

import dev.drover.testing.Deployment;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Tag;

@Tag("database")
@Tag("sandbox")
@Tag("sdk")
@Order(1)
final class TypeScriptSdkOnTwoNodesTest extends TypeScriptSdkSuite {
  TypeScriptSdkOnTwoNodesTest() {
    super(Deployment.TWO_NODES);
  }
}
