package dev.drover.sdk;

import dev.drover.testing.Deployment;
import org.junit.jupiter.api.Tag;

/// One server over PostgreSQL. Two of them, in [OfficialJavaSdkOnTwoNodesTest], use the same store.
@Tag("database")
@Tag("sandbox")
@Tag("sdk")
@Tag("soak")
final class OfficialJavaSdkOnPostgresTest extends OfficialJavaSdkSuite {
  OfficialJavaSdkOnPostgresTest() {
    super(Deployment.POSTGRES);
  }
}
