package dev.drover.base;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/// Halves of surrogate pairs are replaced wherever they are; what has none is not copied.
final class PairedJsonTest {
  @ParameterizedTest
  @ValueSource(
      strings = {
        "{}",
        "[]",
        "null",
        "1.50",
        "\"\"",
        "\"plain\"",
        "\"\\ud83d\\ude00\"",
        "{\"\\ud83d\\ude00\":[{\"a\":\"x\\ud83d\\ude00y\"},true,[\"\\ufffd\"]]}"
      })
  void aPairedValueIsNotCopied(String text) throws Exception {
    var value = Json.received(text);
    assertThat(Json.paired(value)).isSameAs(value);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '@',
      textBlock =
          """
          "\\ud83d"                      @ "\\ufffd"
          "\\ude00x"                     @ "\\ufffdx"
          "\\ude00\\ud83d"               @ "\\ufffd\\ufffd"
          "\\ud83d\\ud83d\\ude00"        @ "\\ufffd\\ud83d\\ude00"
          "x\\ud83d\\ude00\\ude00"       @ "x\\ud83d\\ude00\\ufffd"
          {"a":"\\ud83d","b":["c"]}      @ {"a":"\\ufffd","b":["c"]}
          [1,{"a":{"b":["\\ude00",2]}}]  @ [1,{"a":{"b":["\\ufffd",2]}}]
          """)
  void anUnpairedHalfIsReplaced(String text, String expected) throws Exception {
    var wanted = Json.received(expected);
    assertThat(Json.paired(Json.received(text))).isEqualTo(wanted);
    assertThat(Json.parse(text)).isEqualTo(wanted);
  }
}
