package dev.drover.policy;

/// A pattern of names, in which `*` stands for any number of characters. Upper and lower case
/// differ.
public record Glob(String text) {
  /// Whether the whole name matches. Takes at most time in proportion to the product of the
  /// lengths.
  public boolean matches(String name) {
    int at = 0;
    int from = 0;
    int star = -1;
    int matched = 0;
    while (from < name.length()) {
      if (at < text.length() && text.charAt(at) == '*') {
        star = at++;
        matched = from;
      } else if (at < text.length() && text.charAt(at) == name.charAt(from)) {
        at++;
        from++;
      } else if (star >= 0) { // the last star takes one character more
        at = star + 1;
        from = ++matched;
      } else {
        return false;
      }
    }
    return text.substring(at).chars().allMatch(left -> left == '*');
  }

  /// Whether every name that begins with `prefix` matches.
  boolean matchesAllWith(String prefix) {
    return text.endsWith("*") && matches(prefix);
  }

  /// Whether every name that another pattern matches is matched by this one, too. False for some
  /// pairs of patterns with several stars for which it would be true.
  boolean covers(Glob other) {
    return text.equals(other.text)
        || (other.text.indexOf('*') < 0
            ? matches(other.text)
            : text.endsWith("*")
                && text.indexOf('*') == text.length() - 1
                && other.text.startsWith(text.substring(0, text.length() - 1)));
  }

  @Override
  public String toString() {
    return text;
  }
}
