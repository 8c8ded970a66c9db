package dev.drover.sdk;

import dev.drover.testing.Deployment;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;

@Tag("database")
@Tag("sandbox")
@Tag("sdk")
@Execution(ExecutionMode.CONCURRENT)
final class TypeScriptSdkOnTwoNodesTest extends TypeScriptSdkSuite {
  TypeScriptSdkOnTwoNodesTest() {
    super(Deployment.TWO_NODES);
  }
}
