package dev.drover.base;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class BlankTest {
  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        " ",
        "\t",
        "\n\n",
        "\r\n",
        "\f",
        "\u000B",
        "\0",
        "\u0085",
        "\u00A0",
        "\u1680",
        "\u180E",
        "\u2000",
        "\u2003",
        "\u2007",
        "\u200B",
        "\u200C",
        "\u200D",
        "\u200E",
        "\u2028",
        "\u2029",
        "\u202F",
        "\u205F",
        "\u2060",
        "\u3000",
        "\uFEFF",
        "\u00AD",
        "\u061C",
        "\u034F",
        "\u115F",
        "\u2800",
        "\u3164",
        "\uFFA0",
        "\uFE0F",
        "\uDB40\uDC20",
        "\uDB40\uDD00",
        " \u00A0\u200B\n"
      })
  void whatShowsNothingIsBlank(String text) {
    assertThat(Blank.is(text)).isTrue();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "a",
        ".",
        "\u00A0x",
        "\u200B\u00E9\u200B",
        "0",
        "-",
        "_",
        "\uFFFD",
        "\uD83D\uDE00",
        "\uD83D\uDC68\u200D\uD83D\uDC69",
        "\u2764\uFE0F",
        "\u5B57",
        "\u0301",
        "\u2801"
      })
  void whatShowsAnythingIsNot(String text) {
    assertThat(Blank.is(text)).isFalse();
  }
}
