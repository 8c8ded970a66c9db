package dev.drover.api;

import static dev.drover.access.KeyScope.SERVER_READ;

import dev.drover.base.Json;
import java.nio.charset.StandardCharsets;
import java.util.Set;

/// The routes for an operator's tools: `/healthz`, `/readyz`, `/metrics` and `/drover/figures`.
/// Only the last two need a key.
final class OperationRoutes {
  private static final int HOUR = 60;

  private final Operations operations;

  OperationRoutes(Operations operations) {
    this.operations = operations;
  }

  void addTo(Router router) {
    router.open("/healthz", OperationRoutes::alive);
    router.open("/health", OperationRoutes::alive);
    router.open("/readyz", this::ready);
    router.get("/metrics", SERVER_READ, this::metrics);
    router.get("/drover/figures", SERVER_READ, this::figures);
  }

  private static void alive(Exchange exchange) {
    exchange.answer(Json.obj("status", "ok"));
  }

  private void ready(Exchange exchange) {
    var reason = operations.unready().get();
    if (reason.isPresent()) {
      exchange.answer(new Errors.Failure(503, "api_error", reason.get(), null));
    } else {
      exchange.answer(Json.obj("status", "ready"));
    }
  }

  private void figures(Exchange exchange) {
    exchange.query().only(Set.of("minutes"));
    int minutes = exchange.query().number("minutes", HOUR).orElse(HOUR);
    exchange.answer(operations.figures().apply(minutes));
  }

  private void metrics(Exchange exchange) {
    exchange.answer(
        operations.metricsType(), operations.metrics().get().getBytes(StandardCharsets.UTF_8));
  }
}
