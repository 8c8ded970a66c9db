package dev.drover.api;

import static dev.drover.access.KeyScope.CATALOG_READ;
import static dev.drover.access.KeyScope.CATALOG_WRITE;
import static dev.drover.access.KeyScope.OPERATIONS;

import dev.drover.base.Fields;
import dev.drover.base.Json;
import dev.drover.desk.WebhookDesk;
import dev.drover.webhooks.WebhookDelivery;
import dev.drover.webhooks.WebhookEndpointId;
import dev.drover.webhooks.WebhookEventId;
import dev.drover.wire.WebhookCodec;
import java.time.Duration;
import java.util.Locale;

/// The routes of webhook endpoints, and of their deliveries, which the reference API does not show.
final class WebhookRoutes {
  private static final String ALL = "/v1/organizations/webhooks";
  private static final String ONE = ALL + "/{endpoint}";
  private static final String DELIVERIES = "/drover/webhooks/{endpoint}/deliveries";
  private static final long LONGEST_OVERLAP = Duration.ofDays(30).toSeconds();

  private final WebhookDesk desk;

  WebhookRoutes(WebhookDesk desk) {
    this.desk = desk;
  }

  void addTo(Router router) {
    router.post(ALL, CATALOG_WRITE, this::create);
    router.get(ALL, CATALOG_READ, this::list);
    router.get(ONE, CATALOG_READ, this::retrieve);
    router.post(ONE, CATALOG_WRITE, this::update);
    router.delete(ONE, CATALOG_WRITE, this::delete);
    router.post(ONE + "/regenerate_signing_secret", CATALOG_WRITE, this::rekey);
    router.get(DELIVERIES, OPERATIONS, this::deliveries);
    router.post(DELIVERIES + "/{event}/resend", OPERATIONS, this::resend);
  }

  private static WebhookEndpointId endpoint(Exchange exchange) {
    return WebhookEndpointId.of(exchange.id("endpoint"));
  }

  private void create(Exchange exchange) throws InterruptedException {
    var created = desk.create(exchange.caller(), WebhookCodec.create(exchange.fields()));
    exchange.answer(WebhookCodec.write(created.endpoint(), created.keys()));
  }

  private void list(Exchange exchange) {
    var query = exchange.query();
    int limit = query.limit(20, 1000);
    boolean ascending = query.ascending(false);
    var newest = desk.list(exchange.caller());
    var all = ascending ? newest.reversed() : newest;
    var ids = all.stream().map(endpoint -> endpoint.id().value()).toList();
    var slice = IdSlice.of(query, ids, limit, "webhook endpoint");
    exchange.answer(
        slice.page(
            all.subList(slice.start(), slice.end()).stream()
                .<Json>map(WebhookCodec::write)
                .toList(),
            ids));
  }

  private void retrieve(Exchange exchange) {
    exchange.answer(WebhookCodec.write(desk.get(exchange.caller(), endpoint(exchange))));
  }

  private void update(Exchange exchange) throws InterruptedException {
    var id = endpoint(exchange);
    var request = WebhookCodec.update(exchange.fields());
    exchange.answer(WebhookCodec.write(desk.update(exchange.caller(), id, request)));
  }

  private void delete(Exchange exchange) {
    var id = endpoint(exchange);
    desk.delete(exchange.caller(), id);
    exchange.answer(Json.obj("id", id.value(), "type", "webhook_endpoint_deleted"));
  }

  private void rekey(Exchange exchange) {
    var id = endpoint(exchange);
    var body = exchange.body();
    var overlap = body.length == 0 ? Duration.ZERO : overlap(RequestBody.fields(body));
    exchange.answer(WebhookCodec.write(desk.rekey(exchange.caller(), id, overlap)));
  }

  private static Duration overlap(Fields body) {
    long seconds = body.integer("drover_overlap_seconds", 0, LONGEST_OVERLAP).orElse(0L);
    body.end();
    return Duration.ofSeconds(seconds);
  }

  private void deliveries(Exchange exchange) {
    var query = exchange.query();
    var page =
        desk.deliveries(
            exchange.caller(),
            endpoint(exchange),
            query.text("state").map(WebhookRoutes::state),
            query.limit(20, 100),
            query.page());
    exchange.answer(Pages.of(page, WebhookCodec::write));
  }

  private static WebhookDelivery.State state(String name) {
    for (var state : WebhookDelivery.State.values()) {
      if (state.name().toLowerCase(Locale.ROOT).equals(name)) {
        return state;
      }
    }
    throw Query.problem("state", "must be owed, delivered or failed");
  }

  private void resend(Exchange exchange) {
    var event = WebhookEventId.of(exchange.id("event"));
    exchange.answer(WebhookCodec.write(desk.resend(exchange.caller(), endpoint(exchange), event)));
  }
}
