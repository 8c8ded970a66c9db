package dev.drover.webhooks;

import dev.drover.base.Page;
import dev.drover.base.Problem;
import dev.drover.catalog.WorkspaceId;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.function.UnaryOperator;

/// The webhook endpoints of workspaces and their deliveries. Every method reaches one workspace
/// only; an endpoint of another one does not exist for it. Durable when a call returns; safe for
/// many threads; blocking.
///
/// @see WebhookQueue
public interface Webhooks {
  /// The maximum number of endpoints of a workspace, enabled or not.
  int MOST = 32;

  /// Adds an endpoint. It gets what happens from now on.
  ///
  /// @param key the sealed signing secret; see [KeySeal]
  /// @throws Problem `INVALID_REQUEST` if the workspace has [#MOST]
  void create(WebhookEndpoint endpoint, String key);

  /// @throws Problem `NOT_FOUND`
  WebhookEndpoint get(WorkspaceId workspace, WebhookEndpointId id);

  /// All endpoints, the newest first.
  List<WebhookEndpoint> list(WorkspaceId workspace);

  /// Changes an endpoint. What was owed to a disabled one is sent once it is enabled.
  ///
  /// @throws Problem `NOT_FOUND`
  WebhookEndpoint update(
      WorkspaceId workspace, WebhookEndpointId id, UnaryOperator<WebhookEndpoint> change);

  /// Removes an endpoint, its secrets and its deliveries.
  ///
  /// @throws Problem `NOT_FOUND`
  void delete(WorkspaceId workspace, WebhookEndpointId id);

  /// Replaces the signing secret.
  ///
  /// @param key sealed
  /// @param previousUntil how long the old secret still signs, too; empty: no longer
  /// @throws Problem `NOT_FOUND`
  void rekey(
      WorkspaceId workspace,
      WebhookEndpointId id,
      String key,
      Optional<Instant> previousUntil,
      Instant now);

  /// Deliveries to an endpoint, the newest event first.
  ///
  /// @param state only those in this state
  /// @throws Problem `NOT_FOUND`
  Page<WebhookDelivery> deliveries(
      WorkspaceId workspace,
      WebhookEndpointId id,
      Optional<WebhookDelivery.State> state,
      int limit,
      Optional<String> page);

  /// Makes a delivery due now, whatever became of it so far.
  ///
  /// @throws Problem `NOT_FOUND`, or `INVALID_REQUEST` if the endpoint is disabled
  WebhookDelivery resend(
      WorkspaceId workspace, WebhookEndpointId id, WebhookEventId event, Instant now);
}
