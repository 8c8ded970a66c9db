package dev.drover.gateway;

import dev.drover.catalog.Environment.Networking;
import dev.drover.gateway.Verdict.Allowed;
import dev.drover.gateway.Verdict.Reason;
import dev.drover.gateway.Verdict.Refused;
import dev.drover.http.HostName;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/// What an environment allows. It judges names and ports, without a lookup; the addresses that a
/// name has are judged by [dev.drover.http.PublicOnly], whatever the environment allows.
public final class Policy {
  /// The end of what a model reads of a refusal.
  static final String ADVICE = ". Do not retry; tell the user if it is needed";

  private static final Set<Integer> WEB = Set.of(80, 443);

  /// Mail servers accept anything from anybody on these.
  private static final Set<Integer> MAIL = Set.of(25, 465, 587);

  /// How many allowed hosts a refusal names.
  private static final int NAMED = 8;

  private final Networking networking;
  private final NetworkRules rules;
  private final List<HostPattern> hosts;
  private final List<HostPattern> packages;

  public Policy(Networking networking, NetworkRules rules) {
    this.networking = networking;
    this.rules = rules;
    var limited = networking instanceof Networking.Limited some ? some : null;
    this.hosts = limited == null ? List.of() : patterns(limited.allowedHosts());
    this.packages =
        limited == null || !limited.packageManagers() ? List.of() : patterns(rules.packageHosts());
  }

  private static List<HostPattern> patterns(List<String> texts) {
    return texts.stream().map(HostPattern::new).toList();
  }

  /// Whether a sandbox can reach anything at all, so that it needs a way out.
  public boolean opensAnything() {
    return switch (networking) {
      case Networking.Unrestricted _ -> true;
      case Networking.Limited _ -> !hosts.isEmpty() || !packages.isEmpty();
      case Networking.Other _ -> false;
    };
  }

  /// Whether every host may be reached, so that it does not matter which one a connection is used
  /// for.
  boolean isUnrestricted() {
    return networking instanceof Networking.Unrestricted;
  }

  /// Judges a name, for connections to any port.
  Verdict judge(HostName host) {
    return switch (judge(new Destination(host, 443))) {
      case Allowed allowed -> allowed;
      case Refused(var reason, var words) -> new Refused(reason, words.replaceFirst(":443 ", " "));
    };
  }

  /// Judges a destination before its name is looked up.
  public Verdict judge(Destination to) {
    return switch (networking) {
      case Networking.Unrestricted _ ->
          MAIL.contains(to.port()) && !rules.ports().contains(to.port())
              ? port(to)
              : new Allowed("unrestricted");
      case Networking.Limited _ -> limited(to);
      case Networking.Other _ ->
          new Refused(
              Reason.HOST,
              to + " was refused: this server does not know the networking of the environment");
    };
  }

  /// Whether MCP servers of agents may be on this host. They are reached by the server, not by
  /// sandboxes.
  public boolean allowsMcpServer(HostName host) {
    return switch (networking) {
      case Networking.Unrestricted _ -> true;
      case Networking.Limited limited ->
          limited.mcpServers() || hosts.stream().anyMatch(pattern -> pattern.matches(host));
      case Networking.Other _ -> false;
    };
  }

  private Verdict limited(Destination to) {
    boolean listed = hosts.stream().anyMatch(pattern -> pattern.matches(to.host()));
    if (!listed && packages.stream().noneMatch(pattern -> pattern.matches(to.host()))) {
      return new Refused(
          Reason.HOST,
          "%s was refused: it is not in this environment's allowed hosts (%s)%s"
              .formatted(to, allowed(), ADVICE));
    }
    if (!WEB.contains(to.port()) && !rules.ports().contains(to.port())) {
      return port(to);
    }
    return new Allowed(listed ? "allowed_hosts" : "package_managers");
  }

  private static Refused port(Destination to) {
    return new Refused(
        Reason.PORT, "%s was refused: port %d may not be used%s".formatted(to, to.port(), ADVICE));
  }

  private String allowed() {
    var named = hosts.stream().map(HostPattern::text).limit(NAMED);
    var more =
        hosts.size() > NAMED ? Stream.of((hosts.size() - NAMED) + " more") : Stream.<String>empty();
    var registries = packages.isEmpty() ? Stream.<String>empty() : Stream.of("package registries");
    var all =
        Stream.of(named, more, registries).flatMap(some -> some).collect(Collectors.joining(", "));
    return all.isEmpty() ? "none" : all;
  }
}
