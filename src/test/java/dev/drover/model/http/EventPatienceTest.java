package dev.drover.model.http;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import org.junit.jupiter.api.Test;

/// How long the next byte of a reply may take, by a clock of the test's.
final class EventPatienceTest {
  private long now = -5_000_000_000L;
  private final EventPatience patience =
      new EventPatience(
          new Timeouts(Duration.ofSeconds(10), Duration.ofMinutes(10), Duration.ofMinutes(2)),
          () -> now);

  private void pass(Duration time) {
    now += time.toNanos();
  }

  private void assertLeft(Duration time) {
    assertThat(patience.left()).isEqualTo(time);
  }

  @Test
  void untilTheSecondEventTheLimitIsFixed() {
    assertLeft(Duration.ofMinutes(10));
    pass(Duration.ofMinutes(5));
    assertLeft(Duration.ofMinutes(5));
    patience.event();
    assertLeft(Duration.ofMinutes(5));
    pass(Duration.ofMinutes(5));
    assertThat(patience.left()).isZero();
    assertThat(patience.missed()).isEqualTo("no reply within 600 s");
  }

  @Test
  void thenEveryByteHasTimeOfItsOwn() {
    patience.event();
    patience.event();
    for (int i = 0; i < 20; i++) {
      pass(Duration.ofSeconds(60));
      assertLeft(Duration.ofMinutes(2));
    }
    assertThat(patience.missed()).contains("120 s");
  }

  @Test
  void theEndOfTheStreamIsNotWaitedForAsLongAsAReply() {
    patience.event();
    patience.event();
    patience.expectEnd();
    assertLeft(EventPatience.END);
    pass(EventPatience.END.minusSeconds(1));
    patience.event();
    patience.expectEnd();
    assertLeft(Duration.ofSeconds(1));
    pass(Duration.ofSeconds(2));
    assertThat(patience.left()).isNegative();
  }

  @Test
  void heartbeatsAloneHoldNoReplyOpenForEver() {
    patience.event();
    patience.event();
    pass(EventPatience.HEARTBEATS.minusSeconds(1));
    assertLeft(Duration.ofSeconds(1));
    patience.event();
    assertLeft(Duration.ofMinutes(2));
    pass(EventPatience.HEARTBEATS.plusSeconds(1));
    assertThat(patience.left()).isNegative();
  }

  @Test
  void anOperatorWhoWaitsLongerForBytesWaitsLongerForEventsToo() {
    var day = new Timeouts(Duration.ZERO, Duration.ofMillis(1), Duration.ofDays(1));
    var patient = new EventPatience(day, () -> now);
    patient.event();
    patient.event();
    pass(Duration.ofHours(23));
    assertThat(patient.left()).isEqualTo(Duration.ofHours(1));
  }
}
