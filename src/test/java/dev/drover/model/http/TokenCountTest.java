package dev.drover.model.http;

import static org.assertj.core.api.Assertions.assertThat;

import dev.drover.base.Json;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// Token counts, as servers write them.
final class TokenCountTest {
  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '~',
      textBlock =
          """
          100|100
          0|0
          100.0|100
          5.5|6
          5.4|5
          0.2|0
          1e2|100
          1.5E+3|1500
          1e30|1000000000000
          1e-30|0
          1e999999999|1000000000000
          99999999999999999999999|1000000000000
          9223372036854775807|1000000000000
          1000000000000|1000000000000
          1000000000001|1000000000000
          -5|0
          -1e30|0
          "100"|100
          " 100 "|100
          "5.5"|6
          "1e30"|1000000000000
          "-5"|0
          "many"|0
          ""|0
          "NaN"|0
          "Infinity"|0
          "0x10"|0
          "100f"|0
          "1,000"|0
          true|0
          null|0
          [100]|0
          {"n":100}|0
          """)
  void aCountIsRoundedAndBounded(String value, long count) throws Exception {
    var counts = (Json.Obj) Json.received("{\"n\":" + value + "}");
    assertThat(TokenCount.of(counts, "n")).isEqualTo(count);
    assertThat(TokenCount.of(counts, "other")).isZero();
  }
}
