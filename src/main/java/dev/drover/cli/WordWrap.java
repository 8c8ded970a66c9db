package dev.drover.cli;

/// A text on a terminal, wrapped between words while it is written piece by piece. A word that
/// turns out not to fit is erased and written again on the next line; one that is longer than a
/// line is left to the terminal. Not safe for concurrent use.
final class WordWrap {
  /// The last column stays empty: after it, terminals differ in where the cursor is.
  private final int room;

  private final StringBuilder word = new StringBuilder();
  private int wordColumns;
  private int column;

  /// @param width of the terminal; the cursor is at the start of a line
  WordWrap(int width) {
    room = width - 1;
  }

  /// What to write for the next piece.
  String next(String piece) {
    var out = new StringBuilder();
    piece.codePoints().forEach(c -> write(out, c));
    return out.toString();
  }

  private void write(StringBuilder out, int c) {
    if (c == '\n') {
      out.append('\n');
      column = 0;
      endWord();
      return;
    }
    int columns = c == '\t' ? 8 - column % 8 : Columns.of(c);
    if (c == ' ' || c == '\t') {
      endWord();
      if (column + columns > room) {
        out.append('\n');
        column = 0;
        return;
      }
      out.appendCodePoint(c);
      column += columns;
      return;
    }
    if (column + columns > room) {
      breakLine(out);
    }
    out.appendCodePoint(c);
    word.appendCodePoint(c);
    column += columns;
    wordColumns += columns;
  }

  /// Moves the word that is being written to the next line, unless it began this one.
  private void breakLine(StringBuilder out) {
    if (wordColumns < column) {
      if (wordColumns > 0) {
        out.append("\u001b[").append(wordColumns).append("D\u001b[K");
      }
      out.append('\n').append(word);
      column = wordColumns;
    } else {
      column = 0;
      endWord();
    }
  }

  private void endWord() {
    word.setLength(0);
    wordColumns = 0;
  }
}
