package dev.drover.hands;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// A hand's name is fit for a file and for a container.
final class HandNameTest {
  @ParameterizedTest
  @ValueSource(strings = {"workspace", "a", "b2", "mcp-tools", "a123456789012345678901234567890x"})
  void aPlainWordIsAName(String text) {
    assertThat(new HandName(text)).hasToString(text);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        " ",
        "A",
        "2a",
        "-a",
        "a/b",
        "..",
        "a.b",
        "a b",
        "a\n",
        "\u00fc",
        "a_b",
        "a123456789012345678901234567890xy"
      })
  void anythingElseIsNone(String text) {
    assertThatThrownBy(() -> new HandName(text)).isInstanceOf(IllegalArgumentException.class);
  }
}
