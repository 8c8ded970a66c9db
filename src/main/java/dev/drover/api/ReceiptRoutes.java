package dev.drover.api;

import static dev.drover.access.KeyScope.CATALOG_READ;

import dev.drover.vault.Receipts;
import dev.drover.wire.ReceiptCodec;

/// The route that lists what secrets were used for.
final class ReceiptRoutes {
  private final Receipts receipts;

  ReceiptRoutes(Receipts receipts) {
    this.receipts = receipts;
  }

  void addTo(Router router) {
    router.get("/drover/receipts", CATALOG_READ, this::list);
  }

  private void list(Exchange exchange) {
    var query = exchange.query();
    var listing =
        new Receipts.Listing(
            query.text("credential_id"),
            query.text("session_id"),
            query.limit(20, 100),
            query.page());
    var page = receipts.list(exchange.caller().workspace(), listing);
    exchange.answer(Pages.of(page, ReceiptCodec::write));
  }
}
