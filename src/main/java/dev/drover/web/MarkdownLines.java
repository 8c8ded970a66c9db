package dev.drover.web;

/// The lines of a Markdown text. White space between words counts once, and blank lines count once,
/// as on a page. One thread.
final class MarkdownLines {
  private static final int DEEPEST_QUOTE = 4;

  /// The longest text of a link.
  private static final int LINK = 2_000;

  private final StringBuilder out = new StringBuilder();
  private final int most;
  private int ends = 2;
  private boolean space;
  private int quotes;
  private int led = -1;

  /// @param most the maximum length
  MarkdownLines(int most) {
    this.most = most;
  }

  /// Whether the text has its maximum length; what follows is left out.
  boolean isFull() {
    return out.length() >= most;
  }

  String text() {
    var text = out.length() > most ? out.substring(0, most) : out.toString();
    return text.strip();
  }

  /// Ends the line, unless it only has a lead so far.
  void line() {
    if (out.length() != led) {
      ends = Math.max(ends, 1);
    }
  }

  /// As [#line], and leaves one line blank.
  void blank() {
    if (out.length() != led) {
      ends = 2;
    }
  }

  /// Begins or ends a quotation.
  void quote(int more) {
    quotes = Math.max(0, quotes + more);
  }

  int position() {
    return out.length();
  }

  /// Writes words; any white space between them is one space.
  void words(String text) {
    for (int i = 0; i < text.length() && !isFull(); i++) {
      char c = text.charAt(i);
      if (Character.isWhitespace(c) || c == '\u00a0') {
        space = true;
      } else {
        begin(true);
        out.append(c);
      }
    }
  }

  /// Begins a line with a sign of Markdown, such as that of an item.
  void lead(String text) {
    ends = Math.max(ends, 1);
    begin(false);
    out.append(text);
    led = out.length();
  }

  /// Writes a sign of Markdown that belongs to what follows it.
  void mark(String text) {
    begin(true);
    out.append(text);
  }

  /// Writes a sign of Markdown that belongs to what is before it.
  void end(String text) {
    out.append(text);
  }

  /// Writes a text as it is.
  void verbatim(String text) {
    for (int i = 0; i < text.length() && !isFull(); i++) {
      char c = text.charAt(i);
      if (c == '\n') {
        flush();
        ends = 1;
      } else if (c != '\r') {
        begin(false);
        out.append(c);
      }
    }
  }

  /// Begins or ends a block of code.
  void fence() {
    line();
    begin(false);
    out.append("```");
    ends = 1;
  }

  /// A blank line of code counts as often as it is there.
  private void flush() {
    if (ends > 0 && !out.isEmpty()) {
      out.append('\n').append("> ".repeat(Math.min(quotes, DEEPEST_QUOTE)));
    }
  }

  private void begin(boolean spaced) {
    if (ends > 0) {
      if (!out.isEmpty()) {
        var prefix = "> ".repeat(Math.min(quotes, DEEPEST_QUOTE));
        out.append("\n".repeat(ends == 2 ? 1 : 0)).append('\n').append(prefix);
      }
      ends = 0;
    } else if (space && spaced && out.charAt(out.length() - 1) != ' ') {
      out.append(' ');
    }
    space = false;
  }

  /// Makes a link of what was written since a position.
  ///
  /// @param url empty if there is none
  void link(int from, String url) {
    if (url.isEmpty() || from >= out.length() || isFull()) {
      return;
    }
    int start = from;
    while (start < out.length() && (Character.isWhitespace(out.charAt(start)) || isQuote(start))) {
      start++;
    }
    if (start >= out.length()) {
      return;
    }
    boolean oneLine = out.length() - start <= LINK && out.indexOf("\n", start) < 0;
    if (oneLine) {
      out.insert(start, '[').append("](").append(url).append(')');
    } else {
      out.append(" (").append(url).append(')');
    }
  }

  private boolean isQuote(int at) {
    return quotes > 0 && out.charAt(at) == '>';
  }
}
