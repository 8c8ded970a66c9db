package dev.drover.testing;

import dev.drover.base.Ids;
import dev.drover.base.Secret;
import dev.drover.catalog.WorkspaceId;
import dev.drover.desk.WebhookDesk;
import dev.drover.store.Store;
import dev.drover.webhooks.KeySeal;
import dev.drover.webhooks.WebhookEndpointId;
import dev.drover.webhooks.WebhookUrls;
import java.net.InetAddress;
import java.time.InstantSource;
import java.util.Optional;
import java.util.Random;

/// The desk for webhooks of a server that sends no events.
public final class NoWebhooks {
  private static final KeySeal SEAL =
      new KeySeal() {
        @Override
        public String seal(WorkspaceId workspace, WebhookEndpointId endpoint, Secret key) {
          return key.reveal();
        }

        @Override
        public Secret open(WorkspaceId workspace, WebhookEndpointId endpoint, String sealed) {
          return new Secret(sealed);
        }
      };

  private NoWebhooks() {}

  /// Takes every URL.
  public static WebhookDesk desk(Store store, Ids ids) {
    return new WebhookDesk(
        store.webhooks(),
        SEAL,
        new WebhookUrls(_ -> Optional.of(InetAddress.getLoopbackAddress())),
        () -> {},
        ids,
        new Random(7),
        InstantSource.system());
  }
}
