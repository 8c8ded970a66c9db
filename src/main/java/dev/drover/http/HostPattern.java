package dev.drover.http;

import java.util.Locale;

/// An entry of a list of allowed hosts: `host`, or `*.domain` for the hosts below a domain at any
/// depth, without the domain itself.
///
/// @param text in lower case
public record HostPattern(String text) {
  public HostPattern {
    text = text.toLowerCase(Locale.ROOT);
  }

  /// Whether a text is such an entry.
  public static boolean isOne(String text) {
    try {
      return !HostName.of(text.startsWith("*.") ? text.substring(2) : text).text().isEmpty();
    } catch (Unreachable _) {
      return false;
    }
  }

  public boolean matches(HostName host) {
    return isWildcard()
        ? host.address().isEmpty() && host.text().endsWith(text.substring(1))
        : host.text().equals(text);
  }

  /// Whether this entry allows every host that another one allows.
  public boolean covers(HostPattern other) {
    if (text.equals(other.text)) {
      return true;
    }
    try {
      return isWildcard()
          && (other.isWildcard()
              ? other.text.endsWith(text.substring(1))
              : matches(HostName.of(other.text)));
    } catch (Unreachable _) {
      return false;
    }
  }

  /// Whether some host may match both.
  public boolean overlaps(HostPattern other) {
    return text.equals(other.text)
        || (isWildcard() && other.text.endsWith(text.substring(1)))
        || (other.isWildcard() && text.endsWith(other.text.substring(1)));
  }

  public boolean isWildcard() {
    return text.startsWith("*.");
  }

  @Override
  public String toString() {
    return text;
  }
}
