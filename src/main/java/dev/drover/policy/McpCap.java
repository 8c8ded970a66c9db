package dev.drover.policy;

import dev.drover.http.HostName;
import dev.drover.http.HostPattern;
import dev.drover.http.Unreachable;
import java.net.URI;
import java.util.List;
import java.util.Optional;

/// The section `mcp` of a policy: which MCP servers agents may use.
///
/// @param hosts on which they may be; empty: on all
/// @param httpsOnly whether they must be reached over https
public record McpCap(Optional<List<HostPattern>> hosts, boolean httpsOnly) {
  static final McpCap NONE = new McpCap(Optional.empty(), false);

  static final String HOSTS = "mcp.hosts";
  static final String HTTPS_ONLY = "mcp.https_only";

  public McpCap {
    hosts = hosts.map(List::copyOf);
  }

  /// Why a server may not be used; empty if it may.
  public Optional<Denial> denial(URI url) {
    if (httpsOnly && !"https".equalsIgnoreCase(url.getScheme())) {
      return Optional.of(new Denial(HTTPS_ONLY, "allows MCP servers over https only"));
    }
    if (hosts.isEmpty()) {
      return Optional.empty();
    }
    try {
      var host = HostName.of(url);
      return hosts.get().stream().anyMatch(entry -> entry.matches(host))
          ? Optional.empty()
          : Optional.of(new Denial(HOSTS, "does not allow MCP servers at " + host.text()));
    } catch (Unreachable e) {
      return Optional.of(new Denial(HOSTS, "does not allow this URL: " + e.what()));
    }
  }
}
