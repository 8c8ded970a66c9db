package dev.drover.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class WordWrapTest {
  private static final String TEXT = "Read the instructions first,\nthen do what they say at once.";

  /// What a terminal shows that was sent these pieces.
  private static List<String> shown(int width, List<String> pieces) {
    var wrap = new WordWrap(width);
    var lines = new ArrayList<>(List.of(new StringBuilder()));
    for (var piece : pieces) {
      var text = wrap.next(piece);
      for (int i = 0; i < text.length(); i++) {
        var line = lines.getLast();
        char c = text.charAt(i);
        if (c == '\u001b') {
          int end = text.indexOf('D', i);
          line.setLength(line.length() - Integer.parseInt(text.substring(i + 2, end)));
          i = end + "\u001b[K".length();
        } else if (c == '\n') {
          lines.add(new StringBuilder());
        } else {
          line.append(c);
        }
      }
    }
    return lines.stream().map(line -> line.toString().stripTrailing()).toList();
  }

  @Test
  void linesEndBetweenWords() {
    assertThat(shown(13, List.of(TEXT)))
        .containsExactly(
            "Read the", "instructions", "first,", "then do what", "they say at", "once.");
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 2, 3, 5, 7})
  void thePiecesDoNotMatter(int size) {
    var pieces = new ArrayList<String>();
    for (int i = 0; i < TEXT.length(); i += size) {
      pieces.add(TEXT.substring(i, Math.min(TEXT.length(), i + size)));
    }
    assertThat(shown(14, pieces)).isEqualTo(shown(14, List.of(TEXT)));
  }

  @Test
  void aWordThatIsLongerThanALineIsLeftToTheTerminal() {
    var url = "https://example.com/a/long/path";
    assertThat(shown(12, List.of("See ", url, " now"))).containsExactly("See", url, "now");
  }
}
