package dev.drover;

import dev.drover.base.Ids;
import dev.drover.desk.WebhookDesk;
import dev.drover.http.Guard;
import dev.drover.http.Outbound;
import dev.drover.store.Store;
import dev.drover.telemetry.Meters;
import dev.drover.telemetry.WebhookMeters;
import dev.drover.webhooks.KeySeal;
import dev.drover.webhooks.WebhookRunner;
import dev.drover.webhooks.WebhookSender;
import dev.drover.webhooks.WebhookUrls;
import dev.drover.wire.WebhookCodec;
import java.time.Duration;
import java.time.InstantSource;
import java.util.function.Consumer;
import java.util.random.RandomGenerator;

/// The parts of a server that notify webhook endpoints.
final class WebhookParts {
  private static final Duration CONNECT = Duration.ofSeconds(5);

  private final WebhookRunner runner;
  private final WebhookDesk desk;

  /// @param seal encrypts signing secrets
  /// @param guard decides to which addresses events may be sent
  /// @param random cannot be guessed
  /// @param onClose accepts an action to run when the server closes
  WebhookParts(
      Config config,
      Store store,
      KeySeal seal,
      Guard guard,
      Meters meters,
      Ids ids,
      RandomGenerator random,
      InstantSource clock,
      Consumer<Runnable> onClose) {
    var http = new Outbound(guard, CONNECT);
    onClose.accept(http::close);
    var settings = config.webhooks();
    var sender =
        new WebhookSender(
            http, event -> WebhookCodec.notification(event).toString(), settings.timeout(), clock);
    runner =
        new WebhookRunner(
            store.webhookQueue(), seal, sender, settings, new WebhookMeters(meters), random, clock);
    onClose.accept(runner::close);
    desk =
        new WebhookDesk(
            store.webhooks(), seal, new WebhookUrls(guard), runner::hint, ids, random, clock);
  }

  WebhookDesk desk() {
    return desk;
  }

  /// Starts the deliveries.
  void start() {
    runner.start();
  }
}
