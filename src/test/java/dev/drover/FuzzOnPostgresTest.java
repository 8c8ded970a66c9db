package dev.drover;

import dev.drover.testing.Deployment;
import org.junit.jupiter.api.Tag;

@Tag("database")
@Tag("sandbox")
final class FuzzOnPostgresTest extends FuzzSuite {
  FuzzOnPostgresTest() {
    super(Deployment.POSTGRES, 40);
  }
}
