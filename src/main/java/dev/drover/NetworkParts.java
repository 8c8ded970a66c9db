package dev.drover;

import dev.drover.base.Pause;
import dev.drover.errands.NetworkNotes;
import dev.drover.gateway.Gateway;
import dev.drover.gateway.NetworkRules;
import dev.drover.gateway.PackageHosts;
import dev.drover.gateway.Policy;
import dev.drover.http.PublicOnly;
import dev.drover.session.Sessions;
import dev.drover.telemetry.EgressMeters;
import dev.drover.telemetry.Meters;
import java.nio.file.Path;
import java.util.function.Consumer;

/// The network of a server's sandboxes.
final class NetworkParts {
  private final Gateway gateway;

  /// @param onClose accepts an action to run when the server closes
  NetworkParts(
      Config config,
      Sessions sessions,
      PublicOnly guard,
      Meters meters,
      Consumer<Runnable> onClose) {
    var settings = config.network();
    var packages = new PackageHosts(Path.of("/"));
    var egress = new EgressMeters(meters);
    gateway =
        new Gateway(
            session ->
                new Policy(
                    sessions.getSession(session).origin().networking(),
                    new NetworkRules(
                        settings.ports(), settings.packageHosts().orElseGet(packages::all))),
            guard,
            settings,
            egress,
            Pause.REAL);
    egress.watch(gateway::connections);
    onClose.accept(gateway::close);
  }

  Gateway gateway() {
    return gateway;
  }

  NetworkNotes notes() {
    return new NetworkNotes(gateway::takeRefusals);
  }
}
