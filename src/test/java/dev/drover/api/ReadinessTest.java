package dev.drover.api;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

final class ReadinessTest {
  @Test
  void aServerIsReadyBetweenItsStartAndItsEnd() {
    var ready = new Readiness(() -> {});
    assertThat(ready.reason()).hasValueSatisfying(why -> assertThat(why).contains("starting"));
    ready.resumed();
    assertThat(ready.reason()).isEmpty();
    ready.closing();
    assertThat(ready.reason()).hasValueSatisfying(why -> assertThat(why).contains("shutting down"));
  }

  @Test
  void aStoreThatFailsIsSaidSoWithoutItsMessage() {
    var ready =
        new Readiness(
            () -> {
              throw new IllegalStateException("secret");
            });
    ready.resumed();
    assertThat(ready.reason()).hasValue("The store is unavailable.");
  }

  @Test
  void aStoreThatHangsIsAskedOnce() throws Exception {
    var begun = new CountDownLatch(1);
    var go = new CountDownLatch(1);
    var asked = new AtomicInteger();
    var ready =
        new Readiness(
            () -> {
              asked.incrementAndGet();
              begun.countDown();
              try {
                go.await();
              } catch (InterruptedException e) {
                throw new IllegalStateException(e);
              }
            },
            Duration.ofMillis(20));
    ready.resumed();
    for (int i = 0; i < 3; i++) {
      assertThat(ready.reason()).hasValue("The store does not answer.");
    }
    begun.await();
    assertThat(asked).hasValue(1);
    go.countDown();
  }
}
