package dev.drover.desk;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// The names of memory stores as directories.
final class MemorySlugTest {
  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      ignoreLeadingAndTrailingWhitespace = false,
      value = {
        "Team Notes|team-notes",
        "a|a",
        " --Über  uns / 2026 ..|ber-uns-2026",
        "../../etc|etc",
        "日本|store",
        "-|store",
        "A_b.c|a-b-c",
        "İstanbul|i-stanbul"
      })
  void onlyLettersDigitsAndSingleHyphensAreLeft(String name, String slug) {
    assertThat(MemorySlug.of(name, Set.of())).isEqualTo(slug);
  }

  @Test
  void aTakenNameGetsTheNextNumber() {
    assertThat(MemorySlug.of("Notes", Set.of("notes", "notes-2"))).isEqualTo("notes-3");
    assertThat(MemorySlug.of("Notes 2", Set.of("notes"))).isEqualTo("notes-2");
    assertThat(MemorySlug.of("ö", Set.of("store"))).isEqualTo("store-2");
  }

  @Test
  void aLongNameIsShortEnoughForADirectory() {
    assertThat(MemorySlug.of("n".repeat(255), Set.of())).isEqualTo("n".repeat(200));
    assertThat(MemorySlug.of("n".repeat(199) + "-x", Set.of())).isEqualTo("n".repeat(199));
  }
}
