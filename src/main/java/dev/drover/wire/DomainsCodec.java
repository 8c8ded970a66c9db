package dev.drover.wire;

import dev.drover.base.Fields;
import dev.drover.base.Json;
import dev.drover.base.Problem;
import dev.drover.catalog.DomainRules;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Pattern;

/// The JSON form of the domains of a web tool: `allowed_domains` and `blocked_domains`.
final class DomainsCodec {
  private static final String ALLOWED = "allowed_domains";
  private static final String BLOCKED = "blocked_domains";
  private static final int MAX_DOMAINS = 64;
  private static final int MAX_LENGTH = 255;

  private static final Pattern NAME =
      Pattern.compile("[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?(\\.[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?)+");

  /// Also the forms that only some parsers read as an address.
  private static final Pattern ADDRESS =
      Pattern.compile("\\[.*|.*:.*:.*|(.*\\.)?([0-9]+|0x[0-9a-f]*)\\.?");

  private static final Pattern PATH = Pattern.compile("(/[A-Za-z0-9._~%!$&'()*+,;=:@-]*)*");

  /// The names of no server.
  private static final List<String> NOWHERE = List.of(".localhost", ".localdomain", ".invalid");

  private DomainsCodec() {}

  static Json.Obj write(DomainRules rules) {
    var fields = new LinkedHashMap<String, Json>();
    if (!rules.allowed().isEmpty()) {
      fields.put(ALLOWED, Json.of(rules.allowed()));
    }
    if (!rules.blocked().isEmpty()) {
      fields.put(BLOCKED, Json.of(rules.blocked()));
    }
    return new Json.Obj(fields);
  }

  /// @param paths whether a domain may end with a path
  /// @throws Problem `INVALID_REQUEST` that names the field
  static DomainRules request(Fields config, boolean paths) {
    var allowed = domains(config, ALLOWED, paths);
    var blocked = domains(config, BLOCKED, paths);
    if (!allowed.isEmpty() && !blocked.isEmpty()) {
      throw config.problem(ALLOWED, "Only one of allowed_domains or blocked_domains may be set.");
    }
    return new DomainRules(allowed, blocked);
  }

  private static List<String> domains(Fields config, String field, boolean paths) {
    if (config.value(field).isEmpty()) {
      return List.of();
    }
    var domains = config.texts(field, MAX_DOMAINS, MAX_LENGTH);
    if (domains.isEmpty()) {
      throw config.problem(
          field, "Empty list of domains is ambiguous. Provide at least one domain or null.");
    }
    var seen = new HashSet<String>();
    for (int i = 0; i < domains.size(); i++) {
      var entry = field + "." + i;
      fault(domains.get(i), paths)
          .ifPresent(
              fault -> {
                throw config.problem(entry, fault);
              });
      if (!seen.add(plain(domains.get(i)))) {
        throw config.problem(entry, "is a duplicate");
      }
    }
    return domains.stream().map(DomainsCodec::plain).toList();
  }

  /// A domain in lower case, and its path as it is; without a slash at the end.
  private static String plain(String domain) {
    var text = domain.endsWith("/") ? domain.substring(0, domain.length() - 1) : domain;
    int slash = text.indexOf('/');
    return slash < 0
        ? text.toLowerCase(Locale.ROOT)
        : text.substring(0, slash).toLowerCase(Locale.ROOT) + text.substring(slash);
  }

  /// What is wrong with a domain; empty if nothing is.
  private static Optional<String> fault(String entry, boolean paths) {
    var text = plain(entry);
    int slash = text.indexOf('/');
    var host = slash < 0 ? text : text.substring(0, slash);
    if (text.contains("://")) {
      return Optional.of("must be a host name without a scheme");
    }
    if (ADDRESS.matcher(host).matches()) {
      return Optional.of("IP addresses are not supported; use a host name");
    }
    if (text.contains("*")) {
      return Optional.of("wildcards are not supported; a domain includes its subdomains");
    }
    if (host.contains(":")) {
      return Optional.of("must not have a port");
    }
    if (slash >= 0 && !paths) {
      return Optional.of("must not have a path");
    }
    if (slash >= 0 && !PATH.matcher(text.substring(slash)).matches()) {
      return Optional.of("the path has characters that no path of a URL has");
    }
    if (!host.chars().allMatch(c -> c < 0x80)) {
      return Optional.of("must be ASCII; write an international name as xn--…");
    }
    if (host.length() > 253 || !NAME.matcher(host).matches()) {
      return Optional.of("must be a host name of at least two labels, such as example.com");
    }
    return NOWHERE.stream().anyMatch(host::endsWith)
        ? Optional.of("is not the name of a public host")
        : Optional.empty();
  }

  /// Reads stored domains; empty if one cannot be read.
  static Optional<DomainRules> stored(Json.Obj config, boolean paths) {
    var allowed = stored(config, ALLOWED, paths);
    var blocked = stored(config, BLOCKED, paths);
    return allowed.isEmpty() || blocked.isEmpty()
        ? Optional.empty()
        : Optional.of(new DomainRules(allowed.get(), blocked.get()));
  }

  private static Optional<List<String>> stored(Json.Obj config, String field, boolean paths) {
    if (ToolRulesCodec.isAbsent(config, field)) {
      return Optional.of(List.of());
    }
    var items = config.items(field);
    boolean readable =
        !items.isEmpty()
            && items.stream()
                .allMatch(
                    item -> item instanceof Json.Str(var text) && fault(text, paths).isEmpty());
    return readable
        ? Optional.of(items.stream().map(item -> plain(((Json.Str) item).value())).toList())
        : Optional.empty();
  }
}
