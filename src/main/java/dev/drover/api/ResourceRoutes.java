package dev.drover.api;

import static dev.drover.access.KeyScope.CATALOG_READ;
import static dev.drover.access.KeyScope.CATALOG_WRITE;

import dev.drover.base.Fields;
import dev.drover.base.Json;
import dev.drover.base.Problem;
import dev.drover.catalog.Resource;
import dev.drover.catalog.ResourceKind;
import dev.drover.desk.CatalogDesk;
import dev.drover.wire.ResourceCodec;
import dev.drover.wire.ResourceCodecs;

/// The routes of a kind of resource, such as `/v1/agents`.
final class ResourceRoutes<T> {
  private final ResourceCodec<T> codec;
  private final ResourceKind<T> kind;
  private final CatalogDesk desk;

  private ResourceRoutes(ResourceCodec<T> codec, CatalogDesk desk) {
    this.codec = codec;
    this.kind = codec.kind();
    this.desk = desk;
  }

  /// Adds the routes of all kinds.
  static void addAll(Router router, CatalogDesk desk) {
    ResourceCodecs.ALL.forEach(codec -> new ResourceRoutes<>(codec, desk).addTo(router));
  }

  private void addTo(Router router) {
    var all = kind.path();
    var one = all + "/{" + kind.type() + "}";
    router.post(all, CATALOG_WRITE, this::create);
    router.get(all, CATALOG_READ, this::list);
    router.get(one, CATALOG_READ, this::retrieve);
    router.post(one, CATALOG_WRITE, this::update);
    if (kind.deletable()) {
      router.delete(one, CATALOG_WRITE, this::delete);
    }
    router.post(one + "/archive", CATALOG_WRITE, this::archive);
    if (kind.versioned()) {
      router.get(one + "/versions", CATALOG_READ, this::versions);
    }
  }

  private String id(Exchange exchange) {
    return kind.id(exchange.id(kind.type()));
  }

  private void create(Exchange exchange) {
    var body = exchange.fields();
    var content = codec.request(body);
    body.end();
    exchange.answer(codec.show(desk.create(exchange.caller(), kind, content)));
  }

  private void list(Exchange exchange) {
    var page = desk.list(exchange.caller(), kind, Pages.listing(exchange.query()));
    exchange.answer(Pages.of(page, codec::show));
  }

  private void retrieve(Exchange exchange) {
    var id = id(exchange);
    var caller = exchange.caller();
    var resource =
        kind.versioned()
            ? exchange
                .query()
                .number("version", Integer.MAX_VALUE)
                .map(version -> desk.get(caller, kind, id, version))
                .orElseGet(() -> desk.get(caller, kind, id))
            : desk.get(caller, kind, id);
    exchange.answer(codec.show(resource));
  }

  private void update(Exchange exchange) {
    var id = id(exchange);
    var body = exchange.fields();
    var updated = desk.update(exchange.caller(), kind, id, before -> changed(before, body));
    exchange.answer(codec.show(updated));
  }

  private T changed(Resource<T> before, Fields body) {
    if (kind.versioned()) {
      checkVersion(before, body);
    }
    var content = codec.update(before.content(), body);
    body.end();
    return content;
  }

  /// Checks the version, if the client names the one that it has seen.
  private static void checkVersion(Resource<?> before, Fields body) {
    var version = body.integer("version", 1, Integer.MAX_VALUE);
    if (version.isPresent() && version.get() != before.version()) {
      throw Problem.conflict(
          "Concurrent modification detected. Please fetch the latest version and retry.");
    }
  }

  private void archive(Exchange exchange) {
    exchange.answer(codec.show(desk.archive(exchange.caller(), kind, id(exchange))));
  }

  private void delete(Exchange exchange) {
    var id = id(exchange);
    desk.delete(exchange.caller(), kind, id);
    exchange.answer(Json.obj("id", id, "type", kind.type() + "_deleted"));
  }

  private void versions(Exchange exchange) {
    var id = id(exchange);
    var query = exchange.query();
    var page = desk.versions(exchange.caller(), kind, id, query.limit(20, 100), query.page());
    exchange.answer(Pages.of(page, codec::show));
  }
}
