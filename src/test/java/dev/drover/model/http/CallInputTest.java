package dev.drover.model.http;

import static org.assertj.core.api.Assertions.assertThat;

import dev.drover.base.Json;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/// Inputs of calls as models write them: what is read, and what goes back to be corrected.
final class CallInputTest {
  private static final String LS = "{\"command\":\"ls\"}";

  static String[][] readable() {
    return new String[][] {
      {"", "{}"},
      {"  \n", "{}"},
      {"null", "{}"},
      {"\"\"", "{}"},
      {"[]", "{}"},
      {"{}", "{}"},
      {LS, LS},
      {"{}" + LS, LS},
      {"null " + LS, LS},
      {LS + LS, LS},
      {LS + "\n" + LS + LS, LS},
      {LS + "{}", LS},
      {Json.of(LS).toString(), LS},
      {Json.of(Json.of(LS).toString()).toString(), LS},
      {"\"{}\"", "{}"},
      {"{\"a\":\"x\ny\tz\"}", "{\"a\":\"x\\ny\\tz\"}"},
      {"{\"a\":\"grep \\d+ \\w\\. x\"}", "{\"a\":\"grep \\\\d+ \\\\w\\\\. x\"}"},
      {"{\"a\":\"grep \\\"\\d\\\" x\"}", "{\"a\":\"grep \\\"\\\\d\\\" x\"}"},
      {LS + "}", LS},
      {LS + "}}]", LS},
      {"{" + LS, LS},
      {"{" + LS + "}", LS},
      {"{\"a\":[1,2,],}", "{\"a\":[1,2]}"},
      {
        "{'command': 'ls', 'all': True, 'in': None}",
        "{\"command\":\"ls\",\"all\":true,\"in\":null}"
      },
      {"{'command': 'echo \"a\"'}", "{\"command\":\"echo \\\"a\\\"\"}"},
      {"```json\n" + LS + "\n```", LS},
      {"```\n" + LS + "```", LS},
      {LS + "<|im_end|>", LS},
      {LS + "\n</tool_call>", LS},
      {"{\"a\":\"\\ud83d\\ude00\"}", "{\"a\":\"😀\"}"},
      {"{\"a\":\"\\ud83d\"}", "{\"a\":\"\uFFFD\"}"},
      {"{\"z\":1.50,\"a\":1E+2}", "{\"z\":1.50,\"a\":1E+2}"},
      {"\uFEFF" + LS, LS},
    };
  }

  @ParameterizedTest
  @ValueSource(ints = {401, 1_001, 20_000})
  void aNumberThatIsTooLongIsNamed(int digits) {
    for (var number : new String[] {"1".repeat(digits), "0." + "1".repeat(digits)}) {
      assertThat(CallInput.of("{\"a\":" + number + "}"))
          .isInstanceOfSatisfying(
              CallInput.Unreadable.class,
              input ->
                  assertThat(input.why())
                      .contains("(a number has more than 400 characters)")
                      .hasSizeLessThan(200));
    }
  }

  @Test
  void aKeyThatIsTooLongIsNamed() {
    assertThat(CallInput.of("{\"" + "k".repeat(10_001) + "\":1}"))
        .isInstanceOfSatisfying(
            CallInput.Unreadable.class,
            input -> assertThat(input.why()).contains("(a key has more than 10000 characters)"));
  }

  @Test
  void aNumberOf400DigitsIsKept() {
    var input = "{\"a\":" + "1".repeat(400) + "}";
    assertThat(CallInput.of(input).toString()).contains(input);
  }

  @ParameterizedTest
  @ValueSource(ints = {101, 20_000})
  void whatIsNestedTooDeeplyIsSaidToBe(int levels) {
    assertThat(CallInput.of("{\"a\":" + "[".repeat(levels) + "]".repeat(levels) + "}"))
        .isInstanceOfSatisfying(
            CallInput.Unreadable.class,
            input -> assertThat(input.why()).contains("(a JSON limit is exceeded (nesting 100))"));
  }

  @ParameterizedTest
  @MethodSource("readable")
  void whatCanBeReadWithoutDoubtIsRead(String text, String object) {
    assertThat(CallInput.of(text))
        .isInstanceOfSatisfying(
            CallInput.Whole.class, whole -> assertThat(whole.input()).hasToString(object));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "ls -l",
        "[1]",
        "[{\"command\":\"ls\"}]",
        "7",
        "true",
        "\"ls\"",
        "{\"a\":1,\"a\":2}",
        "{\"a\":1}{\"a\":2}",
        "{\"a\":1}, \"b\":2}",
        "{\"a\":1} and so on",
        "{\"a\" 1}",
        "{a: 1}",
        "{\"a\":\"say \"hi\" now\"}",
        "{\"a\":\"\\d \\b\"}",
        "{\"a\":\"\\d\",\"b\":\"x\\ny\"}",
        "{\"a\":\"it\\'s\"}",
        "{\"a\":\"echo \\$HOME\"}",
        "{\"a\":\"\\x1b[0m\"}",
        "{\"a\":\"C:\\users\"}",
        "{'a': 'it's'}",
        "{'a': 'x\\n'}",
        "<tool>{\"a\":1}</tool>"
      })
  void whatHasTwoMeaningsOrNoneGoesBackWithThePlaceQuoted(String text) {
    assertThat(CallInput.of(text))
        .isInstanceOfSatisfying(
            CallInput.Unreadable.class,
            bad -> {
              assertThat(bad.early()).isFalse();
              assertThat(bad.why()).startsWith("The input ").contains(text.substring(0, 1));
            });
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "{",
        "{\"command\": ",
        "{\"command\":\"ec",
        "{\"command\":\"ls\"",
        "{\"a\":{\"b\":1}",
        "{\"a\":\"x\\",
        "\"{\\\"command\\\":",
        "{}{\"command\":"
      })
  void whatEndsEarlyIsKnownToEndEarly(String text) {
    assertThat(CallInput.of(text))
        .isInstanceOfSatisfying(
            CallInput.Unreadable.class,
            bad -> {
              assertThat(bad.early()).isTrue();
              assertThat(bad.why()).contains("ends before");
            });
  }

  @Test
  void theQuoteShowsThePlaceAndIsShort() {
    var text = "{\"command\":\"" + "x".repeat(5_000) + " grep \\x+ y" + "z".repeat(5_000) + "\"}";
    assertThat(CallInput.of(text))
        .isInstanceOfSatisfying(
            CallInput.Unreadable.class,
            bad ->
                assertThat(bad.why())
                    .contains("grep \\x+ y")
                    .containsPattern("at character 50\\d\\d: ")
                    .hasSizeLessThan(200));
  }

  @Test
  void anInputOfAnySizeIsReadInTimeThatGrowsWithIt() {
    int size = 200_000;
    for (var part : new String[] {"}", "{", "{}", "'", "\"", "\\d", "<|a|>", "```", " ", ","}) {
      assertThat(CallInput.of(LS + part.repeat(size / part.length()))).isNotNull();
      assertThat(CallInput.of(part.repeat(size / part.length()))).isNotNull();
    }
  }
}
