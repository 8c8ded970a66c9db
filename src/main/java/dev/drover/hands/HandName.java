package dev.drover.hands;

import java.util.regex.Pattern;

/// The name of one of a session's hands: lower-case letters, digits and hyphens, so that it can be
/// a file name.
public record HandName(String value) {
  private static final Pattern VALID = Pattern.compile("[a-z][a-z0-9-]{0,31}");

  /// The hand that runs the built-in tools; there is no other yet.
  public static final HandName WORKSPACE = new HandName("workspace");

  public HandName {
    if (!VALID.matcher(value).matches()) {
      throw new IllegalArgumentException("not the name of a hand: " + value);
    }
  }

  @Override
  public String toString() {
    return value;
  }
}
