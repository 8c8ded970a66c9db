package dev.drover.policy;

import dev.drover.http.HostName;
import dev.drover.http.HostPattern;
import dev.drover.http.PrivateHosts;
import dev.drover.http.Unreachable;
import dev.drover.policy.NetworkCap.Max;
import dev.drover.policy.PolicyFinding.Check;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.NavigableSet;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.BiPredicate;
import java.util.regex.Pattern;

/// The checks of a valid policy for what its operator may not have meant. Reads nothing but the
/// policy.
public final class PolicyLint {
  /// Domains below which every person can register a name: one label, or a usual second label below
  /// the domain of a country. The public suffix list has more.
  private static final Pattern PUBLIC_SUFFIX =
      Pattern.compile(
          "\\*\\.([a-z0-9-]+|(co|com|org|net|gov|edu|ac|or|ne|go|gob|gouv)\\.[a-z]{2})");

  private static final Set<Integer> MAIL = Set.of(25, 465, 587);

  /// The shortest prefixes of private ranges that pass without a finding.
  private static final int BITS_V4 = 16;

  private static final int BITS_V6 = 48;

  private final PolicyFile file;
  private final OperatorPolicy policy;
  private final List<PolicyFinding> findings = new ArrayList<>();

  private PolicyLint(PolicyFile file) {
    this.file = file;
    policy = file.policy();
  }

  /// All findings, in the order of the lines.
  public static List<PolicyFinding> of(PolicyFile file) {
    var lint = new PolicyLint(file);
    lint.network();
    lint.mcp();
    lint.tools();
    lint.models();
    lint.combinations();
    return lint.findings.stream()
        .sorted(Comparator.comparing(found -> file.line(found.rule()).orElse(0)))
        .toList();
  }

  private void add(Check check, String rule, String message) {
    findings.add(new PolicyFinding(check, rule, message));
  }

  private boolean has(String rule) {
    return file.lines().containsKey(rule);
  }

  private void network() {
    var cap = policy.networking();
    if (file.content().fields().isEmpty()) {
      add(Check.EMPTY_POLICY, "", "the policy has no rule, so it limits nothing");
      return;
    }
    if (cap.isOpen()) {
      add(
          Check.UNLIMITED_HOSTS,
          "networking",
          "an environment may open every public host: set max to limited, or list hosts");
    }
    cap.hosts().ifPresent(hosts -> hosts(hosts, NetworkCap.HOSTS));
    cap.ports().ifPresent(this::ports);
    cap.privateHosts().ifPresent(this::privateHosts);
    if (cap.max() == Max.NONE) {
      closed();
    }
  }

  private void closed() {
    for (var rule : List.of(NetworkCap.HOSTS, NetworkCap.PORTS)) {
      if (has(rule)) {
        add(Check.NEVER_APPLIES, rule, "never applies, because networking.max is none");
      }
    }
    if (policy.managers().filter(some -> !some.isEmpty()).isPresent()) {
      add(
          Check.NEVER_APPLIES,
          OperatorPolicy.MANAGERS,
          "never applies, because networking.max is none");
    }
  }

  private void hosts(List<HostPattern> hosts, String rule) {
    repeated(hosts, HostPattern::covers, rule);
    for (int i = 0; i < hosts.size(); i++) {
      var host = hosts.get(i);
      if (PUBLIC_SUFFIX.matcher(host.text()).matches()) {
        add(
            Check.PUBLIC_SUFFIX,
            rule + "." + i,
            host + " has every host that any person registers below this domain");
      }
      if (isPrivate(host) && policy.networking().privateHosts().map(this::isEmpty).orElse(false)) {
        add(
            Check.NEVER_APPLIES,
            rule + "." + i,
            host + " is not on the public internet, and networking.private has no host");
      }
    }
  }

  private boolean isEmpty(PrivateHosts hosts) {
    return hosts.ranges().isEmpty() && hosts.names().isEmpty();
  }

  /// Whether it is a name that only a local network has, or an address that is not public.
  private static boolean isPrivate(HostPattern host) {
    try {
      var name = HostName.of(host.isWildcard() ? host.text().substring(2) : host.text());
      return name.address().map(PrivateHosts::isPrivate).orElse(!host.text().contains("."));
    } catch (Unreachable _) {
      return false;
    }
  }

  private void ports(NavigableSet<Integer> ports) {
    if (ports.isEmpty()) {
      add(Check.NEVER_APPLIES, NetworkCap.PORTS, "allows no port: write networking.max: none");
    }
    var mail = new TreeSet<>(ports);
    mail.retainAll(MAIL);
    if (!mail.isEmpty()) {
      add(Check.MAIL_PORT, NetworkCap.PORTS, "lets agents send mail, by port " + mail.first());
    }
  }

  private void privateHosts(PrivateHosts hosts) {
    for (var range : hosts.ranges()) {
      if (range.bits() < (range.base().getAddress().length == 4 ? BITS_V4 : BITS_V6)) {
        add(
            Check.WIDE_PRIVATE_RANGE,
            "networking.private",
            "%s/%d is a whole network: list the servers that agents need"
                .formatted(range.base().getHostAddress(), range.bits()));
      }
      if (PrivateHosts.isMetadataServer(range)) {
        add(
            Check.METADATA_SERVER,
            "networking.private",
            range.base().getHostAddress()
                + " is the metadata server of a cloud, which has the credentials of the machine");
      }
    }
  }

  private void mcp() {
    if (file.content().fields().isEmpty()) {
      return;
    }
    var cap = policy.mcp();
    boolean none = cap.hosts().filter(List::isEmpty).isPresent();
    if (!cap.httpsOnly() && !none) {
      add(
          Check.PLAIN_HTTP_MCP,
          "mcp",
          "MCP servers may be reached over http, with the tokens of vaults: set https_only");
    }
    if (cap.hosts().isEmpty()) {
      add(Check.ANY_MCP_SERVER, "mcp", "agents may use MCP servers on every host: list hosts");
    }
    if (none && cap.httpsOnly()) {
      add(Check.NEVER_APPLIES, McpCap.HTTPS_ONLY, "never applies, because mcp.hosts has no host");
    }
    cap.hosts().ifPresent(hosts -> hosts(hosts, McpCap.HOSTS));
  }

  private void tools() {
    var cap = policy.tools();
    repeated(cap.ask(), Glob::covers, "tools.ask");
    repeated(cap.deny(), Glob::covers, "tools.deny");
    for (int i = 0; i < cap.ask().size(); i++) {
      var ask = cap.ask().get(i);
      if (cap.deny().stream().anyMatch(deny -> deny.covers(ask))) {
        add(Check.NEVER_APPLIES, "tools.ask." + i, ask + " never asks, because it is denied");
      }
    }
    serverNames(cap.ask(), "tools.ask");
    serverNames(cap.deny(), "tools.deny");
  }

  private void serverNames(List<Glob> globs, String rule) {
    for (int i = 0; i < globs.size(); i++) {
      var text = globs.get(i).text();
      if (text.startsWith(ToolCap.MCP) && !text.equals(ToolCap.MCP + "*")) {
        add(
            Check.SERVER_NAME,
            rule + "." + i,
            text + " depends on the name that an agent gives to the server: limit mcp.hosts, too");
      }
    }
  }

  private void models() {
    policy
        .models()
        .ifPresent(
            models -> {
              repeated(models, Glob::covers, OperatorPolicy.MODELS);
              if (models.isEmpty()) {
                add(Check.NO_MODEL, OperatorPolicy.MODELS, "allows no model, so no agent runs");
              }
              for (int i = 0; i < models.size(); i++) {
                if (models.get(i).matchesAllWith("")) {
                  add(Check.ALLOWS_ALL, OperatorPolicy.MODELS + "." + i, "allows every model");
                }
              }
            });
  }

  private void combinations() {
    var kinds = policy.credentials();
    boolean bash =
        policy.tools().asking("bash").isEmpty() && policy.tools().denial("bash").isEmpty();
    boolean secrets = kinds.map(some -> some.contains("environment_variable")).orElse(true);
    if (bash && secrets && policy.networking().isOpen() && !file.content().fields().isEmpty()) {
      add(
          Check.UNASKED_BASH,
          "tools",
          "bash may run without asking, with credentials of vaults and with every host: add bash to"
              + " tools.ask, or limit networking or credentials.kinds");
    }
    if (kinds.isPresent() && policy.mcp().hosts().filter(List::isEmpty).isPresent()) {
      for (var kind : List.of("mcp_oauth", "static_bearer")) {
        if (kinds.get().contains(kind)) {
          add(
              Check.NEVER_APPLIES,
              OperatorPolicy.KINDS,
              kind + " is for MCP servers, and mcp.hosts has no host");
        }
      }
    }
    if (policy.networking().hosts().filter(List::isEmpty).isPresent()
        && policy.networking().max() != Max.NONE
        && policy.managers().map(NavigableSet::isEmpty).orElse(true)) {
      add(
          Check.NEVER_APPLIES,
          NetworkCap.HOSTS,
          "allows no host: write networking.max: none, which says so");
    }
  }

  /// Entries that are in the list twice, or that another entry covers.
  private <T> void repeated(List<T> entries, BiPredicate<T, T> covers, String rule) {
    for (int i = 0; i < entries.size(); i++) {
      var entry = entries.get(i);
      var other = other(entries, i, covers);
      if (other.isPresent()) {
        add(
            Check.DUPLICATE,
            rule + "." + i,
            other.get().equals(entry)
                ? entry + " is in the list before"
                : entry + " is part of " + other.get());
      }
    }
  }

  private static <T> Optional<T> other(List<T> entries, int at, BiPredicate<T, T> covers) {
    var entry = entries.get(at);
    for (int i = 0; i < entries.size(); i++) {
      var other = entries.get(i);
      if (i != at && covers.test(other, entry) && (i < at || !covers.test(entry, other))) {
        return Optional.of(other);
      }
    }
    return Optional.empty();
  }
}
