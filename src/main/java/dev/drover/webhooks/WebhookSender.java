package dev.drover.webhooks;

import dev.drover.http.Outbound;
import dev.drover.http.Request;
import dev.drover.http.Unreachable;
import java.net.URI;
import java.time.Duration;
import java.time.InstantSource;
import java.util.function.Function;

/// The sender of signed requests to endpoints. Safe for many threads.
public final class WebhookSender {
  /// How long the body of an answer is read, and how much of it: an empty one, so that the
  /// connection can be used again.
  private static final Duration BODY = Duration.ofMillis(100);

  private static final int CHUNKS = 16;

  private final Outbound http;
  private final Function<WebhookEvent, String> body;
  private final Duration timeout;
  private final InstantSource clock;

  /// @param http has a guard for URLs from clients
  /// @param body writes the JSON of a notification
  /// @param timeout how long an endpoint may take to answer
  public WebhookSender(
      Outbound http, Function<WebhookEvent, String> body, Duration timeout, InstantSource clock) {
    this.http = http;
    this.body = body;
    this.timeout = timeout;
    this.clock = clock;
  }

  /// Sends an event once. Follows no redirect.
  WebhookAnswer send(URI url, SigningKeys keys, WebhookEvent event) throws InterruptedException {
    var text = body.apply(event);
    var now = clock.instant();
    var request =
        Request.of("POST", url)
            .with("webhook-id", event.id().value())
            .with("webhook-timestamp", Long.toString(now.getEpochSecond()))
            .with("webhook-signature", keys.sign(event.id(), now, text))
            .with("user-agent", "drover-webhooks")
            .sending("application/json", text);
    try (var response = http.send(request, timeout)) {
      response.body().drain(BODY, CHUNKS);
      return WebhookAnswer.of(response.status());
    } catch (Unreachable e) {
      var kind =
          e.why() == Unreachable.Why.FORBIDDEN
              ? WebhookAnswer.Kind.FORBIDDEN
              : WebhookAnswer.Kind.UNREACHABLE;
      return new WebhookAnswer(kind, 0, e.what());
    }
  }
}
