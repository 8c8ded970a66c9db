package dev.drover.gateway;

import dev.drover.http.HostName;
import java.util.Locale;

/// An entry of a list of allowed hosts: `host`, or `*.domain` for the hosts below a domain at any
/// depth, without the domain itself.
///
/// @param text in lower case
record HostPattern(String text) {
  HostPattern {
    text = text.toLowerCase(Locale.ROOT);
  }

  boolean matches(HostName host) {
    return text.startsWith("*.")
        ? host.address().isEmpty() && host.text().endsWith(text.substring(1))
        : host.text().equals(text);
  }

  @Override
  public String toString() {
    return text;
  }
}
