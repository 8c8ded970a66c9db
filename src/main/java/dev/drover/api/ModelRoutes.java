package dev.drover.api;

import static dev.drover.access.KeyScope.CATALOG_READ;

import dev.drover.base.Json;
import dev.drover.base.Problem;
import dev.drover.wire.Times;
import java.time.Instant;
import java.util.List;
import java.util.Set;

/// The routes of `/v1/models`: the known model ids. A Messages server may also serve other models.
final class ModelRoutes {
  private static final Set<String> LIFECYCLES = Set.of("active", "deprecated", "retired");

  private final Backend backend;

  ModelRoutes(Backend backend) {
    this.backend = backend;
  }

  void addTo(Router router) {
    router.get("/v1/models", CATALOG_READ, this::list);
    router.get(
        "/v1/models/{model+}", CATALOG_READ, exchange -> retrieve(exchange, exchange.id("model")));
    router.get(
        "/v1/models/{owner}/{name}", // a client may leave the slash of an id unescaped
        CATALOG_READ,
        exchange -> retrieve(exchange, exchange.id("owner") + "/" + exchange.id("name")));
  }

  private void retrieve(Exchange exchange, String id) {
    if (!backend.models().ids().contains(id)) {
      throw Problem.notFound("model: " + id);
    }
    exchange.answer(shown(id));
  }

  private void list(Exchange exchange) {
    var query = exchange.query();
    int limit = query.limit(20, 1000);
    var ids = inLifecycles(query, backend.models().ids());
    var slice = IdSlice.of(query, ids, limit, "model");
    exchange.answer(
        slice.page(
            ids.subList(slice.start(), slice.end()).stream().<Json>map(this::shown).toList(), ids));
  }

  private static List<String> inLifecycles(Query query, List<String> ids) {
    var wanted = query.all("lifecycle", 3);
    if (!LIFECYCLES.containsAll(wanted)) {
      throw Query.problem("lifecycle", "must be of active, deprecated, retired");
    }
    return wanted.isEmpty() || wanted.contains("active") ? ids : List.of();
  }

  private Json.Obj shown(String id) {
    var capabilities = backend.models().capabilities(id);
    return Json.obj(
        "id",
        id,
        "type",
        "model",
        "display_name",
        id,
        "created_at",
        Times.write(Instant.EPOCH),
        "lifecycle",
        "active",
        "line",
        null,
        "max_input_tokens",
        capabilities.contextTokens(),
        "max_tokens",
        capabilities.maxTokens(),
        "capabilities",
        null,
        "allowed_fallback_models",
        null,
        "deprecated_at",
        null,
        "retires_at",
        null);
  }
}
