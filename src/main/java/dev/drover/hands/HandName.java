package dev.drover.hands;

import java.util.regex.Pattern;

/// Which of a session's hands. Lower-case letters, digits and hyphens, fit for the name of a file.
public record HandName(String value) {
  private static final Pattern VALID = Pattern.compile("[a-z][a-z0-9-]{0,31}");

  /// The hand that runs the built-in tools; the only one yet.
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
