package dev.drover.telemetry;

import dev.drover.gateway.Destination;
import dev.drover.gateway.EgressTap;
import dev.drover.session.SessionId;
import java.lang.System.Logger.Level;
import java.util.function.DoubleSupplier;

/// The measurements and the log of the connections of sandboxes. A log line names the host and the
/// verdict; never a path or a header.
public final class EgressMeters implements EgressTap {
  private static final System.Logger LOG = System.getLogger(EgressMeters.class.getName());

  private final Meters meters;

  public EgressMeters(Meters meters) {
    this.meters = meters;
  }

  /// Adds the number of open connections.
  public void watch(DoubleSupplier open) {
    meters.watchConnections(open);
  }

  @Override
  public void substituted(
      SessionId session, Destination destination, String credential, boolean inBody) {
    var location = inBody ? "body" : "header";
    meters.egressSecrets.increment(location);
    LOG.log(
        Level.DEBUG,
        "secret sent for a sandbox",
        Facts.of(
            "session", session, "to", destination, "credential", credential, "location", location));
  }

  @Override
  public void ended(Ended connection) {
    meters.egressConnections.increment(connection.protocol(), connection.verdict());
    meters.egressBytes.add(connection.sent(), "sent");
    meters.egressBytes.add(connection.received(), "received");
    LOG.log(
        connection.refused() ? Level.INFO : Level.DEBUG,
        connection.refused()
            ? "connection of a sandbox refused or failed"
            : "connection of a sandbox ended",
        Facts.of(
            "session",
            connection.session(),
            "protocol",
            connection.protocol(),
            "to",
            connection.destination().map(Object::toString).orElse("-"),
            "verdict",
            connection.verdict(),
            "sent",
            connection.sent(),
            "received",
            connection.received(),
            "ms",
            Facts.millis(connection.nanos())));
  }
}
