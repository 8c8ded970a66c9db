package dev.drover.webhooks;

import dev.drover.catalog.WorkspaceId;
import java.net.URI;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.function.UnaryOperator;

/// The queue of deliveries that are owed. An event is added to it in the transaction of its cause,
/// once for each enabled endpoint that wants it. A claimed delivery is due again if the node that
/// claimed it dies, or does not record a result in time. So an endpoint gets each event at least
/// once, in no particular order.
///
/// Durable when a call returns; safe for many threads; blocking.
public interface WebhookQueue {
  /// The endpoints with deliveries that are due now.
  ///
  /// @param limit at most this many
  List<WebhookEndpointId> due(int limit);

  /// Claims deliveries to an endpoint that are due, the longest due first. If the endpoint did not
  /// answer last time, only one is claimed, and no other node claims one meanwhile.
  ///
  /// @param limit at most this many
  /// @param valid how long this node may take
  /// @return empty if none is due
  Optional<Round> claim(WebhookEndpointId endpoint, int limit, Duration valid);

  /// Records the results of a round. A result is ignored if another node has claimed the delivery
  /// since then.
  ///
  /// @param change returns the endpoint's health after the round
  void record(
      WebhookEndpointId endpoint, List<WebhookResult> results, UnaryOperator<WebhookHealth> change);

  /// Removes deliveries of events that happened before a time, and secrets that are no longer
  /// valid.
  void trim(Instant before);

  /// Sets the action to run when this node may have added deliveries.
  void onNews(Runnable action);

  /// The counts of all nodes together.
  Tally tally();

  /// Claimed deliveries to an endpoint.
  ///
  /// @param workspace of the endpoint
  record Round(WorkspaceId workspace, URI url, SealedKeys keys, List<Owed> deliveries) {
    public Round {
      deliveries = List.copyOf(deliveries);
    }
  }

  /// A claimed delivery.
  ///
  /// @param attempts the number of attempts including this one
  record Owed(WebhookEvent event, int attempts) {}

  /// @param owed the number of deliveries to enabled endpoints that are owed
  /// @param since when the oldest of these events happened
  /// @param disabled the number of endpoints that the server has disabled
  record Tally(long owed, Optional<Instant> since, long disabled) {}
}
