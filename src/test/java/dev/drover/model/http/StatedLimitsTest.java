package dev.drover.model.http;

import static org.assertj.core.api.Assertions.assertThat;

import dev.drover.base.Json;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// The range of a reply limit, as servers state it.
final class StatedLimitsTest {
  @ParameterizedTest
  @ValueSource(
      strings = {
        "Max output tokens must be in range 1..4096",
        "max_tokens must be in the range 1...4096",
        "max_tokens out of range 1-4096",
        "max_tokens: value is out of range (1 - 4096)",
        "max_tokens must be between 1 and 4096",
        "max_tokens must be between 1 to 4096",
        "max_tokens must be within [1, 4096]",
        "max_tokens should be in [1..4096]",
        "max_tokens must be from 1 to 4,096",
        "max_tokens is not in the valid range 1~4096",
        "maximum tokens: allowed values are 1–4096 for max_tokens",
        "max_completion_tokens must be 1 through 4096",
        "max_tokens must be ≤ 4096",
        "max_tokens must be <=4096",
        "Range of max_tokens should be [1, 4096]",
      })
  void theEndOfTheRangeIsAskedFor(String error) {
    var body = Json.obj("model", "m", "max_tokens", 8192);
    assertThat(Remedies.chat().of(new Refused(400, ErrorWords.of(error)), body))
        .extracting(Remedy::what)
        .containsExactly("asks for at most 4096 tokens in a reply");
  }
}
