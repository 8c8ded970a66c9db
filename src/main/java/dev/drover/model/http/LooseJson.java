package dev.drover.model.http;

import java.util.regex.Pattern;

/// Corrects the mistakes that models make in JSON, if there is only one possible meaning:
///
/// - control characters in a string, such as a raw newline: themselves;
/// - a backslash before a character that only regular expressions put one before, such as `\d` or
///   `\.`: that backslash. Not if the text has another escape than `\"`, because it is then unknown
///   whether `\b` beside it is a backspace or a word boundary; and not before `'`, `$`, `x` and the
///   like, which other languages escape for other reasons;
/// - braces and brackets too many at either end, a code fence around, end marks of chat templates
///   behind;
/// - a comma before a closing bracket;
/// - single quotes around strings without a backslash; `True`, `False` and `None`.
///
/// The result is not parsed yet; other mistakes fail when it is parsed.
final class LooseJson {
  /// One element that may follow the object: closing brackets, marks such as `<|im_end|>`.
  private static final Pattern TAIL =
      Pattern.compile("[]}\\s]++|<\\|[^<>]{1,40}>|</\\w{1,40}>|```");

  private static final String FENCE = "```";

  private static final String REGEX = "dDsSwWpP.()[]{}+*?|^-;";

  private final String text;
  private final StringBuilder out = new StringBuilder();
  private int at;
  private int depth;
  private boolean open;
  private boolean guessed;
  private boolean escaped;

  private LooseJson(String text) {
    this.text = text;
  }

  static LooseJson of(String text) {
    var bare = unfenced(text.replace("\uFEFF", "").strip());
    var loose = new LooseJson(doubled(bare) ? bare.substring(1) : bare);
    loose.read();
    return loose;
  }

  /// The text without the opening line of a code fence, which may name a language. The closing line
  /// belongs to the tail.
  private static String unfenced(String text) {
    int from = FENCE.length();
    while (from < text.length() && Character.isLetterOrDigit(text.charAt(from))) {
      from++;
    }
    return text.startsWith(FENCE) ? text.substring(from).strip() : text;
  }

  /// Whether the rest of the text has no meaning.
  private boolean isTail() {
    var tail = TAIL.matcher(text).region(at, text.length());
    while (tail.lookingAt()) {
      tail.region(tail.end(), text.length());
    }
    return tail.regionStart() == text.length();
  }

  /// Whether the text begins with a surplus brace: no key begins with one.
  private static boolean doubled(String text) {
    return text.startsWith("{") && text.substring(1).stripLeading().startsWith("{");
  }

  /// Strict JSON, if the text could be corrected.
  String text() {
    return guessed && escaped ? text : out.toString();
  }

  /// Whether the text ends within a string or before a closing bracket.
  boolean endsEarly() {
    return open || depth > 0;
  }

  private void read() {
    while (at < text.length()) {
      char c = text.charAt(at);
      switch (c) {
        case '"' -> string();
        case '\'' -> quoted();
        case '{', '[' -> {
          depth++;
          copy();
        }
        case '}', ']' -> {
          depth--;
          copy();
          if (depth == 0 && isTail()) {
            return;
          }
        }
        case ',' -> comma();
        case 'T', 'F', 'N' -> word();
        default -> copy();
      }
    }
  }

  private void copy() {
    out.append(text.charAt(at++));
  }

  private void string() {
    open = true;
    copy();
    while (at < text.length() && open) {
      char c = text.charAt(at);
      if (c == '\\') {
        escape();
      } else if (c < ' ') {
        out.append("\\u%04x".formatted((int) c));
        at++;
      } else {
        open = c != '"';
        copy();
      }
    }
  }

  private void escape() {
    char next = at + 1 < text.length() ? text.charAt(at + 1) : ' ';
    if (REGEX.indexOf(next) >= 0) {
      guessed = true;
      out.append('\\');
    } else {
      escaped |= next != '"';
    }
    copy();
    if (at < text.length()) {
      copy();
    }
  }

  /// Reads a string in single quotes. Its content is taken literally.
  private void quoted() {
    int end = text.indexOf('\'', at + 1);
    if (end < 0 || text.substring(at, end).indexOf('\\') >= 0) {
      depth = 0; // nothing is known of what follows
      out.append(text, at, text.length());
      at = text.length();
      return;
    }
    out.append('"');
    for (at++; at < end; ) {
      char c = text.charAt(at);
      if (c == '"') {
        out.append('\\');
        copy();
      } else if (c < ' ') {
        out.append("\\u%04x".formatted((int) c));
        at++;
      } else {
        copy();
      }
    }
    out.append('"');
    at++;
  }

  private void comma() {
    int next = at + 1;
    while (next < text.length() && Character.isWhitespace(text.charAt(next))) {
      next++;
    }
    if (next < text.length() && "]}".indexOf(text.charAt(next)) >= 0) {
      at = next;
    } else {
      copy();
    }
  }

  private void word() {
    for (var word : new String[] {"True", "False", "None"}) {
      if (text.startsWith(word, at)) {
        out.append(word.equals("True") ? "true" : word.equals("False") ? "false" : "null");
        at += word.length();
        return;
      }
    }
    copy();
  }
}
