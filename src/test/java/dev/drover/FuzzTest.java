package dev.drover;

import dev.drover.testing.Deployment;
import org.junit.jupiter.api.Tag;

@Tag("database")
@Tag("sandbox")
final class FuzzTest extends FuzzSuite {
  FuzzTest() {
    super(Deployment.SQLITE, 60);
  }
}
