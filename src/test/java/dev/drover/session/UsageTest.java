package dev.drover.session;

import static org.assertj.core.api.Assertions.assertThat;

import dev.drover.base.Json;
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

  private static Usage after(String tool, boolean failed) {
    var use =
        new Event.AgentToolUse(new EventId("sevt_1"), tool, Json.EMPTY, Event.Permission.ALLOWED);
    var result = new Event.AgentToolResult(new EventId("sevt_2"), use.id(), Json.arr(), failed);
    return new Usage(1, 2, 3, 4, 5).plus(use, result);
  }

  @Test
  void successfulCallsOfWebToolsCount() {
    assertThat(after("web_search", false).web()).isEqualTo(new WebRequests(1, 0));
    assertThat(after("web_fetch", false).web()).isEqualTo(new WebRequests(0, 1));
    assertThat(after("web_fetch", true).web()).isEqualTo(WebRequests.NONE);
    assertThat(after("bash", false)).isEqualTo(new Usage(1, 2, 3, 4, 5));
    var both = after("web_search", false).plus(after("web_fetch", false));
    assertThat(both).isEqualTo(new Usage(2, 4, 6, 8, 10, new WebRequests(1, 1)));
    assertThat(both.plusActive(1).plus(new ModelUsage(1, 1, 1, 1)).web())
        .isEqualTo(new WebRequests(1, 1));
  }
}
