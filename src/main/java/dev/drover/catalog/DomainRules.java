package dev.drover.catalog;

import java.util.List;
import java.util.Locale;

/// The domains that a web tool of an agent may visit. A domain includes its subdomains. It may end
/// with a path, which then is the beginning of the paths that it includes. At most one of the lists
/// has domains.
///
/// @param allowed the only domains; empty: there is no such limit
/// @param blocked the domains that may not be visited
public record DomainRules(List<String> allowed, List<String> blocked) {
  /// No rules: every domain.
  public static final DomainRules NONE = new DomainRules(List.of(), List.of());

  public DomainRules {
    allowed = List.copyOf(allowed);
    blocked = List.copyOf(blocked);
  }

  /// Whether a URL may be visited.
  ///
  /// @param host in lower case, without a trailing dot
  /// @param path the path of the URL, which begins with a slash
  public boolean permit(String host, String path) {
    return (allowed.isEmpty() || allowed.stream().anyMatch(entry -> covers(entry, host, path)))
        && blocked.stream().noneMatch(entry -> covers(entry, host, path));
  }

  private static boolean covers(String entry, String host, String path) {
    int slash = entry.indexOf('/');
    var domain = (slash < 0 ? entry : entry.substring(0, slash)).toLowerCase(Locale.ROOT);
    return (host.equals(domain) || host.endsWith("." + domain))
        && (slash < 0 || path.startsWith(entry.substring(slash)));
  }
}
