package dev.drover.gateway;

import dev.drover.http.HostName;
import dev.drover.http.HostPattern;
import java.util.List;
import java.util.Optional;

/// A text that stands for a secret in the sandbox of a session.
///
/// @param text letters, digits and `_`
/// @param credential the id of the credential that has the secret
/// @param hosts those to which the secret may be sent, or `*.domain`; empty: all that the
///   environment allows
/// @param header whether the secret takes its place in the values of headers
/// @param body whether the secret takes its place in bodies
public record Placeholder(
    String text, String credential, Optional<List<String>> hosts, boolean header, boolean body) {
  public Placeholder {
    hosts = hosts.map(List::copyOf);
  }

  boolean covers(HostName host) {
    return hosts.isEmpty()
        || hosts.get().stream().anyMatch(pattern -> new HostPattern(pattern).matches(host));
  }
}
