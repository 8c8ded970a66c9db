package dev.drover.gateway;

import dev.drover.http.HostName;
import dev.drover.http.Unreachable;
import java.util.Locale;

/// An entry of a list of allowed hosts: `host`, or `*.domain` for the hosts below a domain at any
/// depth, without the domain itself.
///
/// @param text in lower case
record HostPattern(String text) {
  HostPattern {
    text = text.toLowerCase(Locale.ROOT);
  }

  /// Whether a text is such an entry.
  static boolean isOne(String text) {
    try {
      return !HostName.of(text.startsWith("*.") ? text.substring(2) : text).text().isEmpty();
    } catch (Unreachable _) {
      return false;
    }
  }

  boolean matches(HostName host) {
    return text.startsWith("*.")
        ? host.address().isEmpty() && host.text().endsWith(text.substring(1))
        : host.text().equals(text);
  }

  /// Whether some host may match both.
  boolean overlaps(HostPattern other) {
    boolean below = text.startsWith("*.");
    boolean otherBelow = other.text.startsWith("*.");
    return text.equals(other.text)
        || (below && other.text.endsWith(text.substring(1)))
        || (otherBelow && text.endsWith(other.text.substring(1)));
  }

  @Override
  public String toString() {
    return text;
  }
}
