package dev.drover.model.http;

import java.util.regex.Pattern;

/// The wordings in which servers say the same thing, as regular expressions for texts in lower
/// case.
final class Wordings {
  private Wordings() {}

  /// A pattern that matches each of the wordings.
  static Pattern any(String... wordings) {
    return Pattern.compile(String.join("|", wordings));
  }
}
