package dev.drover.desk;

import dev.drover.base.Ids;
import dev.drover.base.Page;
import dev.drover.base.Problem;
import dev.drover.webhooks.KeySeal;
import dev.drover.webhooks.SigningKeys;
import dev.drover.webhooks.WebhookDelivery;
import dev.drover.webhooks.WebhookEndpoint;
import dev.drover.webhooks.WebhookEndpointId;
import dev.drover.webhooks.WebhookEventId;
import dev.drover.webhooks.WebhookRequest;
import dev.drover.webhooks.WebhookUrls;
import dev.drover.webhooks.Webhooks;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Optional;
import java.util.random.RandomGenerator;

/// The desk for webhook endpoints. Safe for many threads.
public final class WebhookDesk {
  private final Webhooks webhooks;
  private final KeySeal seal;
  private final WebhookUrls urls;
  private final Runnable hint;
  private final Ids ids;
  private final RandomGenerator random;
  private final InstantSource clock;

  /// @param seal encrypts signing secrets
  /// @param hint sends deliveries that have just become due
  /// @param random cannot be guessed
  public WebhookDesk(
      Webhooks webhooks,
      KeySeal seal,
      WebhookUrls urls,
      Runnable hint,
      Ids ids,
      RandomGenerator random,
      InstantSource clock) {
    this.webhooks = webhooks;
    this.seal = seal;
    this.urls = urls;
    this.hint = hint;
    this.ids = ids;
    this.random = random;
    this.clock = clock;
  }

  /// A new endpoint with its secrets.
  public record Created(WebhookEndpoint endpoint, SigningKeys keys) {}

  /// @param asked has a URL and events
  /// @throws Problem `INVALID_REQUEST` if no event may be sent to the URL, or the workspace has too
  ///   many endpoints
  public Created create(Caller caller, WebhookRequest asked) throws InterruptedException {
    var fields =
        new WebhookEndpoint.Editable(
            urls.check(asked.url().orElseThrow()),
            asked.events(),
            asked.name().orElse(""),
            asked.description().orElse(""));
    var now = now();
    var id = new WebhookEndpointId(ids.next(WebhookEndpointId.PREFIX));
    var endpoint = new WebhookEndpoint(id, caller.workspace(), fields, true, "", now, now);
    var keys = SigningKeys.fresh(random);
    webhooks.create(endpoint, seal.seal(caller.workspace(), id, keys.current()));
    return new Created(endpoint, keys);
  }

  public WebhookEndpoint get(Caller caller, WebhookEndpointId id) {
    return webhooks.get(caller.workspace(), id);
  }

  /// All endpoints of the caller's workspace, the newest first.
  public List<WebhookEndpoint> list(Caller caller) {
    return webhooks.list(caller.workspace());
  }

  public WebhookEndpoint update(Caller caller, WebhookEndpointId id, WebhookRequest change)
      throws InterruptedException {
    webhooks.get(caller.workspace(), id);
    var url = change.url().isPresent() ? urls.check(change.url().get()) : null;
    var updated =
        webhooks.update(
            caller.workspace(),
            id,
            before -> {
              var old = before.fields();
              var fields =
                  new WebhookEndpoint.Editable(
                      url == null ? old.url() : url,
                      change.events().isEmpty() ? old.events() : change.events(),
                      change.name().orElse(old.name()),
                      change.description().orElse(old.description()));
              return before.changed(fields, change.enabled().orElse(before.enabled()), now());
            });
    hint.run();
    return updated;
  }

  public void delete(Caller caller, WebhookEndpointId id) {
    webhooks.delete(caller.workspace(), id);
  }

  /// Replaces the signing secret.
  ///
  /// @param overlap how long deliveries are also signed with the old secret
  public SigningKeys rekey(Caller caller, WebhookEndpointId id, Duration overlap) {
    webhooks.get(caller.workspace(), id);
    var keys = SigningKeys.fresh(random);
    var now = now();
    var until = overlap.isZero() ? Optional.<Instant>empty() : Optional.of(now.plus(overlap));
    var sealed = seal.seal(caller.workspace(), id, keys.current());
    webhooks.rekey(caller.workspace(), id, sealed, until, now);
    return keys;
  }

  public Page<WebhookDelivery> deliveries(
      Caller caller,
      WebhookEndpointId id,
      Optional<WebhookDelivery.State> state,
      int limit,
      Optional<String> page) {
    return webhooks.deliveries(caller.workspace(), id, state, limit, page);
  }

  /// Sends an event to an endpoint once more, at once.
  public WebhookDelivery resend(Caller caller, WebhookEndpointId id, WebhookEventId event) {
    var delivery = webhooks.resend(caller.workspace(), id, event, now());
    hint.run();
    return delivery;
  }

  private Instant now() {
    return clock.instant().truncatedTo(ChronoUnit.MICROS);
  }
}
