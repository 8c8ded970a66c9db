package dev.drover.api;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.InetAddress;
import java.time.Duration;
import java.time.Instant;
import org.junit.jupiter.api.Test;

final class LoginFailuresTest {
  private static final Instant START = Instant.parse("2026-01-01T00:00:00Z");

  private final LoginFailures failures = new LoginFailures();

  private Duration begin(String address, int second) throws Exception {
    return failures.begin(InetAddress.getByName(address), START.plusSeconds(second));
  }

  @Test
  void theEleventhTryOfAMinuteWaitsForTheNextMinute() throws Exception {
    for (int i = 0; i < LoginFailures.MOST; i++) {
      assertThat(begin("10.0.0.1", i)).isZero();
    }
    assertThat(begin("10.0.0.1", 20)).isEqualTo(Duration.ofSeconds(40));
    assertThat(begin("10.0.0.2", 20)).isZero();
    assertThat(begin("10.0.0.1", 60)).isZero();
  }

  @Test
  void allAddressesOfANetworkOfIpv6CountTogether() throws Exception {
    for (int i = 0; i < LoginFailures.MOST; i++) {
      assertThat(begin("2001:db8::" + i, 0)).isZero();
    }
    assertThat(begin("2001:db8::ffff", 0)).isPositive();
    assertThat(begin("2001:db8:1::1", 0)).isZero();
  }

  @Test
  void whatSucceededDoesNotCount() throws Exception {
    for (int i = 0; i < 3 * LoginFailures.MOST; i++) {
      assertThat(begin("10.0.0.1", 0)).isZero();
      failures.succeeded(InetAddress.getByName("10.0.0.1"));
    }
  }
}
