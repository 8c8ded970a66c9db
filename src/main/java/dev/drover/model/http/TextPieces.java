package dev.drover.model.http;

import dev.drover.base.Json;

/// A text that comes in pieces, which some servers cut between the halves of a surrogate pair. The
/// halves are joined; a half that stays alone becomes U+FFFD.
public final class TextPieces {
  private final StringBuilder text = new StringBuilder();
  private int shown;

  /// Adds a piece.
  ///
  /// @return what can be shown now: all that was not, but for a half that may yet be joined
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
