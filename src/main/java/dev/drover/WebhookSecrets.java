package dev.drover;

import dev.drover.base.Problem;
import dev.drover.base.Secret;
import dev.drover.catalog.WorkspaceId;
import dev.drover.vault.Envelope;
import dev.drover.vault.SealedSecret;
import dev.drover.vault.SecretField;
import dev.drover.webhooks.KeySeal;
import dev.drover.webhooks.SigningKeys;
import dev.drover.webhooks.WebhookEndpointId;

/// Signing secrets, encrypted by the keys of their workspaces. The text is the version of the key
/// and the ciphertext. Safe for many threads.
///
/// @param envelope encrypts
record WebhookSecrets(Envelope envelope) implements KeySeal {
  private static final char AFTER_VERSION = ':';

  @Override
  public String seal(WorkspaceId workspace, WebhookEndpointId endpoint, Secret key) {
    var sealed = envelope.sealSigningKey(workspace, endpoint.value(), key);
    return "" + sealed.keyVersion() + AFTER_VERSION + sealed.value();
  }

  /// A secret of an older version of Drover is not encrypted until it is replaced.
  @Override
  public Secret open(WorkspaceId workspace, WebhookEndpointId endpoint, String sealed) {
    if (SigningKeys.isOne(sealed)) {
      return new Secret(sealed);
    }
    int end = sealed.indexOf(AFTER_VERSION);
    try {
      long version = Long.parseLong(sealed.substring(0, Math.max(0, end)));
      var secret = new SealedSecret(SecretField.SIGNING_KEY, 1, version, sealed.substring(end + 1));
      return envelope.openSigningKey(workspace, endpoint.value(), secret);
    } catch (NumberFormatException e) {
      throw Problem.unavailable("The signing secret of " + endpoint + " is damaged.", e);
    }
  }
}
