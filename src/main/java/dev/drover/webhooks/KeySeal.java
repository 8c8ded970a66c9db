package dev.drover.webhooks;

import dev.drover.base.Problem;
import dev.drover.base.Secret;
import dev.drover.catalog.WorkspaceId;

/// Encrypts the signing secrets of endpoints for the store. A ciphertext belongs to its endpoint
/// and opens for no other. Safe for many threads.
public interface KeySeal {
  /// @throws Problem `UNAVAILABLE` without the keys of this server
  String seal(WorkspaceId workspace, WebhookEndpointId endpoint, Secret key);

  /// @throws Problem `UNAVAILABLE` if the key of the ciphertext cannot be used, or if it belongs to
  ///   something else
  Secret open(WorkspaceId workspace, WebhookEndpointId endpoint, String sealed);
}
