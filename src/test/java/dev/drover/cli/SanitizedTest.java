package dev.drover.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class SanitizedTest {
  @ParameterizedTest
  @CsvSource(
      textBlock =
          """
          \\e[31mred\\e[0m,           red
          \\e]0;title\\a!,            !
          \\e]8;;http://x\\e\\\\link,    link
          \\eP1$r\\e\\\\ok,            ok
          \\ec\\e(Bok,                ok
          \\e[unfinished,            nfinished
          \\e]never ended,           never ended
          bell\\a,                   bell
          \\e,                       ''
          """)
  void codesGoAndTextStays(String hostile, String harmless) {
    var text = hostile.replace("\\e", "\u001b").replace("\\a", "\u0007").replace("\\\\", "\\");
    assertThat(Sanitized.output(text)).isEqualTo(harmless);
  }

  @Test
  void noControlGetsThroughButNewlinesAndTabs() {
    var all =
        IntStream.range(0, 0x100)
            .collect(StringBuilder::new, StringBuilder::appendCodePoint, StringBuilder::append);
    assertThat(Sanitized.output(all.toString()).chars().filter(Character::isISOControl))
        .containsOnly((int) '\n', (int) '\t');
  }

  @Test
  void textThatOverwritesItselfBecomesLines() {
    assertThat(Sanitized.output("1%\r2%\r\n3%")).isEqualTo("1%\n2%\n3%");
    assertThat(Sanitized.line("a\r\nb\tc")).isEqualTo("a b c");
  }

  @Test
  void lettersOfTheWorldStay() {
    assertThat(Sanitized.output("é 漢字 👩‍👩‍👧 שלום")).isEqualTo("é 漢字 👩‍👩‍👧 שלום");
    assertThat(Sanitized.output("a\u202eb\u2066c")).isEqualTo("abc");
  }

  @Test
  void aLineIsClippedByTheColumnsItTakes() {
    assertThat(Columns.clip("abcdef", 6)).isEqualTo("abcdef");
    assertThat(Columns.clip("abcdefg", 6)).isEqualTo("abcde…");
    assertThat(Columns.clip("漢字漢字", 6)).isEqualTo("漢字…");
    assertThat(Columns.of("e\u0301")).isEqualTo(1);
    assertThat(Columns.untab("a\tb")).isEqualTo("a       b");
  }
}
