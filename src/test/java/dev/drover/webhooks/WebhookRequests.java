package dev.drover.webhooks;

import dev.drover.base.Json;
import dev.drover.http.Outbound;
import java.net.URI;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Random;

/// The request that the delivery of an event makes, without its queue.
public final class WebhookRequests {
  private WebhookRequests() {}

  /// Sends an event once.
  public static WebhookAnswer send(Outbound http, URI url) throws InterruptedException {
    var sender = new WebhookSender(http, _ -> "{}", Duration.ofSeconds(30), InstantSource.system());
    var event =
        new WebhookEvent(new WebhookEventId("whe_01a"), "agent.created", Instant.EPOCH, Json.EMPTY);
    return sender.send(url, SigningKeys.fresh(new Random(7)), event);
  }
}
