package dev.drover;

import dev.drover.base.Pause;
import dev.drover.errands.NetworkNotes;
import dev.drover.gateway.Gateway;
import dev.drover.gateway.NetworkRules;
import dev.drover.gateway.NetworkSettings;
import dev.drover.gateway.PackageHosts;
import dev.drover.gateway.Policy;
import dev.drover.http.PublicOnly;
import dev.drover.policy.PolicyInForce;
import dev.drover.session.Session;
import dev.drover.session.Sessions;
import dev.drover.telemetry.EgressMeters;
import dev.drover.telemetry.Meters;
import java.nio.file.Path;
import java.util.List;
import java.util.NavigableSet;
import java.util.Optional;
import java.util.function.Consumer;

/// The network of a server's sandboxes.
final class NetworkParts {
  private final NetworkSettings settings;
  private final PolicyInForce policy;
  private final PackageHosts packages = new PackageHosts(Path.of("/"));
  private final Gateway gateway;

  /// @param onClose accepts an action to run when the server closes
  NetworkParts(
      Config config,
      Sessions sessions,
      PublicOnly guard,
      Meters meters,
      Consumer<Runnable> onClose) {
    settings = config.network();
    policy = config.policy();
    var egress = new EgressMeters(meters);
    gateway =
        new Gateway(
            session -> policy(sessions.getSession(session)), guard, settings, egress, Pause.REAL);
    egress.watch(gateway::connections);
    onClose.accept(gateway::close);
  }

  /// What the environment of a session allows, within the policy in force.
  Policy policy(Session session) {
    return new Policy(session.origin().networking(), this::rules);
  }

  private NetworkRules rules() {
    var cap = policy.get();
    return new NetworkRules(settings.ports(), packageHosts(cap.managers()), cap);
  }

  /// @param managers that environments may use; empty: all
  private List<String> packageHosts(Optional<NavigableSet<String>> managers) {
    if (managers.filter(NavigableSet::isEmpty).isPresent()) {
      return List.of();
    }
    return settings.packageHosts().or(() -> managers.map(packages::of)).orElseGet(packages::all);
  }

  Gateway gateway() {
    return gateway;
  }

  NetworkNotes notes() {
    return new NetworkNotes(gateway::takeRefusals);
  }
}
