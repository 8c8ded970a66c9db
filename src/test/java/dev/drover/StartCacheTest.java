package dev.drover;

import static org.assertj.core.api.Assertions.assertThat;

import dev.drover.cli.Check;
import java.util.HashMap;
import java.util.Map;
import org.junit.jupiter.api.Test;

/// What the doctor says of the cache of the start.
final class StartCacheTest {
  private static Check check(String cache, String vm) {
    return StartCache.check(new HashMap<>(Map.of("drover.cache", cache, "java.vm.info", vm))::get);
  }

  @Test
  void aCacheThatTheJvmUsesIsFine() {
    var check = check("fits /opt/my drover/drover.aot", "mixed mode, emulated-client, sharing");
    assertThat(check.ok()).isTrue();
    assertThat(check.detail()).isEqualTo("/opt/my drover/drover.aot");
  }

  @Test
  void aCacheThatTheJvmRefusesIsReported() {
    var check = check("fits /opt/drover.aot", "mixed mode");
    assertThat(check.ok()).isFalse();
    assertThat(check.detail()).contains("/opt/drover.aot is refused");
    assertThat(check.fix()).contains("Remove it and /opt/drover.aot.of");
  }

  @Test
  void aCacheOfAnotherJarIsReported() {
    var check = check("stale /opt/drover.aot", "mixed mode, sharing");
    assertThat(check.ok()).isFalse();
    assertThat(check.detail()).contains("another jar or JVM");
  }

  @Test
  void aStartWithoutACacheIsFine() {
    assertThat(check("none /opt/drover.aot", "mixed mode, sharing").ok()).isTrue();
    var test = StartCache.check(_ -> null);
    assertThat(test.ok()).isTrue();
    assertThat(test.detail()).contains("not started by the launcher");
  }
}
