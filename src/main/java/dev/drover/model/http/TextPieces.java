package dev.drover.model.http;

import dev.drover.base.Json;

/// A text that arrives in pieces, which some servers split between the halves of a surrogate pair.
/// The halves are joined; a half that remains alone becomes U+FFFD.
public final class TextPieces {
  private final StringBuilder text = new StringBuilder();
  private int shown;

  /// Adds a piece.
  ///
  /// @return the text that can be shown now: all that was not shown before, except for a half that
  ///   may still be joined
  public String add(String piece) {
    text.append(piece);
    int end = text.length();
    if (end > shown && Character.isHighSurrogate(text.charAt(end - 1))) {
      end--;
    }
    var now = text.substring(shown, end);
    shown = end;
    return Json.paired(now);
  }

  public boolean isEmpty() {
    return text.isEmpty();
  }

  /// Whether the other half of a pair is still to come.
  public boolean isHalf() {
    return shown < text.length();
  }

  @Override
  public String toString() {
    return Json.paired(text.toString());
  }
}
