package dev.drover;

import dev.drover.testing.Deployment;
import org.junit.jupiter.api.Tag;

@Tag("database")
@Tag("sandbox")
final class FuzzOnTwoNodesTest extends FuzzSuite {
  FuzzOnTwoNodesTest() {
    super(Deployment.TWO_NODES, 25);
  }
}
