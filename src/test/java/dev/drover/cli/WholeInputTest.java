package dev.drover.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.drover.base.Json;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class WholeInputTest {
  private static List<String> lines(String tool, Json.Obj input) {
    return WholeInput.lines(Json.obj("name", tool, "input", input));
  }

  private static List<String> bash(String command) {
    return lines("bash", Json.obj("command", command));
  }

  @Test
  void aCallThatOneLineShowsWholeNeedsNoMore() {
    assertThat(bash("rm -rf build")).isEmpty();
    assertThat(bash("echo 😀 é 漢字")).isEmpty();
    assertThat(lines("read", Json.obj("file_path", "/workspace/a b"))).isEmpty();
    assertThat(lines("lookup", Json.obj("city", "Bern", "days", 3))).isEmpty();
  }

  @Test
  void noLineOfACommandIsLeftOut() {
    assertThat(bash("echo first\n" + "\n".repeat(31) + "echo last"))
        .hasSize(34)
        .startsWith("command:", "  echo first")
        .endsWith("  echo last");
  }

  @Test
  void everyFieldIsShown() {
    var edit = Json.obj("file_path", "/a", "old_string", "one\ntwo", "new_string", "", "all", true);
    assertThat(lines("edit", edit))
        .containsExactly(
            "file_path:", "  /a", "old_string:", "  one", "  two", "new_string:", "all:", "  true");
  }

  @ParameterizedTest
  @CsvSource({
    "202E", "2066", "200B", "200D", "E0041", "001B", "007F", "0008", "00A0", "3000", "2028", "3164",
    "2800", "FE0F", "E0100", "00AD", "FEFF"
  })
  void whatCannotBeSeenIsNamedByItsNumber(String number) {
    int c = Integer.parseInt(number, 16);
    assertThat(bash("ls" + Character.toString(c) + "-x"))
        .containsExactly("command:", "  ls<U+" + number + ">-x");
  }

  @Test
  void aHalfOfACharacterIsNamed() {
    assertThat(WholeInput.shown("a\ud800b")).isEqualTo("a<U+D800>b");
  }

  @Test
  void spacesDoNotMoveTheRestOutOfSight() {
    assertThat(bash("ls" + " ".repeat(400) + "; touch x"))
        .containsExactly("command:", "  ls <400 spaces> ; touch x");
  }

  @Test
  void ofAVeryLongInputItIsSaidHowMuchIsMissing() {
    assertThat(bash("x\n" + "x".repeat(20_003)).getLast())
        .isEqualTo(
            "  ... and 5 more characters, which 'drover events list --json' shows. Read them"
                + " first.");
    assertThat(lines("write", Json.obj("file_path", "x".repeat(20_000), "content", "more")))
        .endsWith(
            "content:",
            "  ... and 4 more characters, which 'drover events list --json' shows. Read them"
                + " first.");
  }
}
