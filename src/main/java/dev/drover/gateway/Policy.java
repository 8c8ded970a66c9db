package dev.drover.gateway;

import dev.drover.catalog.Environment.Networking;
import dev.drover.gateway.Verdict.Allowed;
import dev.drover.gateway.Verdict.Reason;
import dev.drover.gateway.Verdict.Refused;
import dev.drover.http.HostName;
import dev.drover.http.HostPattern;
import dev.drover.policy.Denial;
import dev.drover.policy.NetworkCap;
import dev.drover.policy.OperatorPolicy.Opening;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/// What an environment allows, within the operator's policy. It judges names and ports, without a
/// lookup; the addresses that a name has are judged by [dev.drover.http.PublicOnly], whatever the
/// environment allows.
public final class Policy {
  /// The end of what a model reads of a refusal.
  public static final String ADVICE = ". Do not retry; tell the user if it is needed";

  private static final int HTTPS = 443;

  private static final Set<Integer> WEB = Set.of(80, 443);

  /// Mail servers accept anything from anybody on these.
  private static final Set<Integer> MAIL = Set.of(25, 465, 587);

  private static final String ANY = "unrestricted";
  private static final String LISTED = "allowed_hosts";
  private static final String MANAGERS = "package_managers";

  /// How many allowed hosts a refusal names.
  private static final int NAMED = 8;

  private final Networking networking;
  private final Supplier<NetworkRules> rules;
  private final boolean packageManagers;
  private final List<HostPattern> hosts;

  public Policy(Networking networking, NetworkRules rules) {
    this(networking, () -> rules);
  }

  /// @param rules asked for each judgement, because the operator may change them
  public Policy(Networking networking, Supplier<NetworkRules> rules) {
    this.networking = networking;
    this.rules = rules;
    var limited = networking instanceof Networking.Limited some ? some : null;
    this.hosts = limited == null ? List.of() : patterns(limited.allowedHosts());
    this.packageManagers = limited != null && limited.packageManagers();
  }

  private List<HostPattern> packages(NetworkRules now) {
    return packageManagers ? patterns(now.packageHosts()) : List.of();
  }

  private static List<HostPattern> patterns(List<String> texts) {
    return texts.stream().map(HostPattern::new).toList();
  }

  /// Whether a sandbox can reach anything at all, so that it needs a way out.
  public boolean opensAnything() {
    var now = rules.get();
    var cap = now.cap().networking();
    return switch (networking) {
      case Networking.Unrestricted _ -> cap.leavesAny();
      case Networking.Limited _ ->
          cap.max() != NetworkCap.Max.NONE && !(hosts.isEmpty() && packages(now).isEmpty());
      case Networking.Other _ -> false;
    };
  }

  /// Whether every host may be reached, so that it does not matter which one a connection is used
  /// for.
  boolean isUnrestricted() {
    return networking instanceof Networking.Unrestricted && rules.get().cap().networking().isOpen();
  }

  /// Judges a name, for connections to any port.
  Verdict judge(HostName host) {
    var verdict = judge(new Destination(host, HTTPS));
    if (!(verdict instanceof Refused(var reason, var words))) {
      return verdict;
    }
    return (reason == Reason.PORT ? otherPorts() : Stream.<Integer>empty())
        .map(port -> judge(new Destination(host, port)))
        .filter(Allowed.class::isInstance)
        .findFirst()
        .orElseGet(() -> new Refused(reason, words.replaceFirst(":" + HTTPS + " ", " ")));
  }

  /// The ports that may be allowed if that of https is not.
  private Stream<Integer> otherPorts() {
    var now = rules.get();
    return Stream.<Set<Integer>>of(
            WEB, now.ports(), now.cap().networking().ports().orElse(new TreeSet<>()))
        .flatMap(Set::stream);
  }

  /// Judges a destination before its name is looked up.
  public Verdict judge(Destination to) {
    var now = rules.get();
    var verdict = byEnvironment(to, now);
    return verdict instanceof Allowed(var rule)
        ? now.cap()
            .denial(to.host(), to.port(), opening(rule))
            .<Verdict>map(denial -> refused(to, denial))
            .orElse(verdict)
        : verdict;
  }

  private static Opening opening(String rule) {
    return switch (rule) {
      case ANY -> Opening.ANY;
      case MANAGERS -> Opening.PACKAGES;
      default -> Opening.LISTED;
    };
  }

  private static Refused refused(Destination to, Denial denial) {
    return new Refused(
        denial.rule().endsWith("ports") ? Reason.PORT : Reason.HOST,
        to + " was refused: " + denial.sentence() + ADVICE);
  }

  /// Judges a destination by the environment alone, whatever the operator's policy says.
  public Verdict byEnvironment(Destination to) {
    return byEnvironment(to, rules.get());
  }

  /// Why the operator's policy does not allow a destination that the environment allows; empty if
  /// it does, or if the environment does not.
  public Optional<Denial> byPolicy(Destination to) {
    var now = rules.get();
    return byEnvironment(to, now) instanceof Allowed(var rule)
        ? now.cap().denial(to.host(), to.port(), opening(rule))
        : Optional.empty();
  }

  private Verdict byEnvironment(Destination to, NetworkRules now) {
    return switch (networking) {
      case Networking.Unrestricted _ ->
          MAIL.contains(to.port()) && !now.ports().contains(to.port())
              ? port(to)
              : new Allowed(ANY);
      case Networking.Limited _ -> limited(to, now);
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

  /// Whether a host, or one below `*.domain`, can be reached by sandboxes, as far as the
  /// environment decides.
  public boolean reaches(String entry) {
    var wanted = new HostPattern(entry);
    return switch (networking) {
      case Networking.Unrestricted _ -> true;
      case Networking.Limited _ ->
          Stream.concat(hosts.stream(), packages(rules.get()).stream())
              .anyMatch(pattern -> pattern.overlaps(wanted));
      case Networking.Other _ -> false;
    };
  }

  private Verdict limited(Destination to, NetworkRules now) {
    var packages = packages(now);
    boolean listed = hosts.stream().anyMatch(pattern -> pattern.matches(to.host()));
    boolean registry = packages.stream().anyMatch(pattern -> pattern.matches(to.host()));
    if (!listed && !registry) {
      return new Refused(
          Reason.HOST,
          "%s was refused: it is not in this environment's allowed hosts (%s)%s"
              .formatted(to, allowed(hosts, packages), ADVICE));
    }
    if (!WEB.contains(to.port())
        && !now.ports().contains(to.port())
        && !(registry && now.packagePorts().contains(to.port()))) {
      return port(to);
    }
    return new Allowed(listed ? LISTED : MANAGERS);
  }

  private static Refused port(Destination to) {
    return new Refused(
        Reason.PORT, "%s was refused: port %d may not be used%s".formatted(to, to.port(), ADVICE));
  }

  private static String allowed(List<HostPattern> hosts, List<HostPattern> packages) {
    var named = hosts.stream().map(HostPattern::text).limit(NAMED);
    var more =
        hosts.size() > NAMED ? Stream.of((hosts.size() - NAMED) + " more") : Stream.<String>empty();
    var registries = packages.isEmpty() ? Stream.<String>empty() : Stream.of("package registries");
    var all =
        Stream.of(named, more, registries).flatMap(some -> some).collect(Collectors.joining(", "));
    return all.isEmpty() ? "none" : all;
  }
}
