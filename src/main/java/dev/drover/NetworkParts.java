package dev.drover;

import dev.drover.base.Ids;
import dev.drover.base.Pause;
import dev.drover.base.Problem;
import dev.drover.brain.HandErrand;
import dev.drover.brain.Repositories;
import dev.drover.catalog.Environment.Networking;
import dev.drover.catalog.Packages;
import dev.drover.errands.CredentialNotes;
import dev.drover.errands.NetworkNotes;
import dev.drover.errands.RepositoryClone;
import dev.drover.gateway.CloneCache;
import dev.drover.gateway.Gateway;
import dev.drover.gateway.GitRepositories;
import dev.drover.gateway.Interception;
import dev.drover.gateway.NetworkRules;
import dev.drover.gateway.NetworkSettings;
import dev.drover.gateway.PackageHosts;
import dev.drover.gateway.Policy;
import dev.drover.gateway.Secrets;
import dev.drover.gateway.tls.UpstreamTls;
import dev.drover.http.PublicOnly;
import dev.drover.policy.PolicyInForce;
import dev.drover.session.Session;
import dev.drover.session.SessionId;
import dev.drover.session.Sessions;
import dev.drover.telemetry.EgressMeters;
import dev.drover.telemetry.Meters;
import dev.drover.templates.TemplateWorkshop;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.random.RandomGenerator;
import java.util.stream.Collectors;

/// The network of a server's sandboxes.
final class NetworkParts {
  private final NetworkSettings settings;
  private final PublicOnly guard;
  private final PolicyInForce policy;
  private final PackageHosts packages;
  private final EgressMeters egress;
  private final Gateway gateway;
  private final Duration longestClone;
  private final CredentialNotes credentials;

  /// @param repositories of sessions, with their tokens
  /// @param random for certificates; it must not be predictable
  /// @param onClose accepts an action to run when the server closes
  NetworkParts(
      Config config,
      Sessions sessions,
      VaultParts vaults,
      PublicOnly guard,
      GitRepositories repositories,
      Meters meters,
      Ids ids,
      RandomGenerator random,
      InstantSource clock,
      Consumer<Runnable> onClose) {
    this.guard = guard;
    settings = config.network();
    policy = config.policy();
    packages = new PackageHosts(Path.of("/"), config.packages());
    egress = new EgressMeters(meters);
    credentials = new CredentialNotes(ids);
    Function<SessionId, Policy> policies = session -> policy(sessions.getSession(session));
    Function<SessionId, Secrets> secrets =
        id -> {
          var session = sessions.getSession(id);
          return session.origin().vaults().isEmpty()
              ? Secrets.NONE
              : new VariableSecrets(vaults.variables(), session, policies.apply(id), credentials);
        };
    var interception =
        new Interception(
            secrets, new SharedAuthority(vaults.envelope(), clock, random), upstream(config));
    gateway =
        new Gateway(
            policies,
            guard,
            repositories,
            config.git(),
            clones(config, ids, clock),
            settings,
            interception,
            egress,
            Pause.REAL);
    longestClone = config.git().longestClone();
    egress.watch(gateway::connections);
    onClose.accept(gateway::close);
  }

  /// What the environment of a session allows, within the policy in force.
  Policy policy(Session session) {
    return new Policy(session.origin().networking(), this::rules);
  }

  private NetworkRules rules() {
    return settings.rules(packages, policy.get());
  }

  private static Optional<CloneCache> clones(Config config, Ids ids, InstantSource clock) {
    long most = config.git().cache();
    return most == 0
        ? Optional.empty()
        : Optional.of(new CloneCache(config.data().resolve("clones"), most, ids, clock));
  }

  private static UpstreamTls upstream(Config config) {
    try {
      return new UpstreamTls(config.network().authorities().map(Path::of));
    } catch (IOException e) {
      throw Problem.unavailable("network.ca_file: " + e.getMessage(), e);
    }
  }

  Gateway gateway() {
    return gateway;
  }

  Repositories repositories() {
    return new RepositoryClone(
        (hand, repository) ->
            gateway
                .gitFailure(hand, repository)
                .map(failure -> new Repositories.Outcome.Failed(failure.error(), failure.passes())),
        longestClone);
  }

  /// The way out of sandboxes that install packages of environments, to the registries of their
  /// package managers alone. The caller closes it.
  Gateway registries(TemplateWorkshop.Builds builds) {
    return new Gateway(
        build ->
            new Policy(
                new Networking.Limited(List.of(), false, true),
                () -> settings.rules(packages, words(builds.managers(build)), policy.get())),
        guard,
        settings,
        egress,
        Pause.REAL);
  }

  private static Set<String> words(Collection<Packages.Manager> managers) {
    return managers.stream().map(Packages.Manager::word).collect(Collectors.toSet());
  }

  List<HandErrand> errands() {
    return List.of(credentials, new NetworkNotes(gateway::takeRefusals));
  }
}
