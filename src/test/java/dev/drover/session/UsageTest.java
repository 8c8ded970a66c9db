package dev.drover.session;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// Sums of what servers count.
final class UsageTest {
  @ParameterizedTest
  @CsvSource({
    "7, 7",
    "0, 0",
    "-1, 0",
    "-9223372036854775808, 0",
    "1000000000000, 1000000000000",
    "1000000000001, 1000000000000",
    "5000000000000000000, 1000000000000",
    "9223372036854775807, 1000000000000",
  })
  void aCountIsBroughtIntoItsBounds(long count, long counted) {
    assertThat(new ModelUsage(count, count, count, count))
        .isEqualTo(new ModelUsage(counted, counted, counted, counted));
  }

  @Test
  void aSumNeverOverflows() {
    long most = Long.MAX_VALUE;
    var usage = new Usage(most, most, most, most, most);
    for (var sum : new Usage[] {usage.plus(usage), usage.plus(new ModelUsage(most, 1, 0, 2))}) {
      assertThat(sum.inputTokens()).isPositive();
      assertThat(sum.outputTokens()).isPositive();
      assertThat(sum.cacheReadTokens()).isPositive();
      assertThat(sum.cacheCreationTokens()).isPositive();
    }
    assertThat(Usage.NONE.plus(new ModelUsage(1, 2, 3, 4))).isEqualTo(new Usage(1, 2, 3, 4, 0));
  }
}
