package dev.drover.api;

import static dev.drover.access.KeyScope.SERVER_READ;

import dev.drover.base.Json;
import java.nio.charset.StandardCharsets;

/// The routes for an operator's tools: `/healthz`, `/readyz` and `/metrics`. Only the metrics need
/// a key.
final class OperationRoutes {
  private final Operations operations;

  OperationRoutes(Operations operations) {
    this.operations = operations;
  }

  void addTo(Router router) {
    router.open("/healthz", OperationRoutes::alive);
    router.open("/health", OperationRoutes::alive);
    router.open("/readyz", this::ready);
    router.get("/metrics", SERVER_READ, this::metrics);
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

  private void metrics(Exchange exchange) {
    exchange.answer(
        operations.metricsType(), operations.metrics().get().getBytes(StandardCharsets.UTF_8));
  }
}
