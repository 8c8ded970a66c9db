package dev.drover.api;

import static dev.drover.desk.KeyScope.CATALOG_READ;
import static dev.drover.desk.KeyScope.CATALOG_WRITE;

import dev.drover.base.Fields;
import dev.drover.base.Json;
import dev.drover.catalog.Environment;
import dev.drover.catalog.EnvironmentId;
import dev.drover.wire.EnvironmentCodec;
import dev.drover.wire.Metadata;
import java.time.Instant;

/// `/v1/environments`
final class EnvironmentRoutes {
  private final Backend backend;

  EnvironmentRoutes(Backend backend) {
    this.backend = backend;
  }

  void addTo(Router router) {
    router.post("/v1/environments", CATALOG_WRITE, this::create);
    router.get("/v1/environments", CATALOG_READ, this::list);
    router.get("/v1/environments/{environment}", CATALOG_READ, this::retrieve);
    router.post("/v1/environments/{environment}", CATALOG_WRITE, this::update);
    router.delete("/v1/environments/{environment}", CATALOG_WRITE, this::delete);
    router.post("/v1/environments/{environment}/archive", CATALOG_WRITE, this::archive);
    var work = Unsupported.because("the work queue of self-hosted environments is");
    router.get("/v1/environments/{environment}/work/**", CATALOG_READ, work);
    router.get("/v1/environments/{environment}/work", CATALOG_READ, work);
    router.post("/v1/environments/{environment}/work/{item}", CATALOG_WRITE, work);
    router.post("/v1/environments/{environment}/work/{item}/{action}", CATALOG_WRITE, work);
  }

  private void create(Exchange exchange) {
    var body = exchange.fields();
    var name = body.plainText("name", 1, 256);
    var description = body.optionalPlainText("description", 2048);
    var networking = EnvironmentCodec.readConfig(body.object("config"));
    var metadata = Metadata.readForEnvironment(body);
    checkScope(body);
    body.end();
    var now = backend.now();
    var environment =
        new Environment(
            new EnvironmentId(backend.ids().next(EnvironmentId.PREFIX)),
            exchange.caller().workspace(),
            name,
            description,
            networking,
            metadata,
            now,
            now,
            null);
    backend.environments().create(environment);
    exchange.answer(EnvironmentCodec.write(environment));
  }

  private static void checkScope(Fields body) {
    var scope = body.optionalText("scope", 64);
    if (scope != null && !scope.equals("organization")) {
      throw body.problem("scope", "must be \"organization\"");
    }
  }

  private void update(Exchange exchange) {
    var id = EnvironmentId.of(exchange.id("environment"));
    var body = exchange.fields();
    var now = backend.now();
    exchange.answer(
        EnvironmentCodec.write(
            backend
                .environments()
                .update(
                    exchange.caller().workspace(), id, current -> updated(current, body, now))));
  }

  private static Environment updated(Environment current, Fields body, Instant now) {
    var name = body.value("name").isPresent() ? body.plainText("name", 1, 256) : current.name();
    var description =
        body.has("description")
            ? body.optionalPlainText("description", 2048)
            : current.description();
    var networking = EnvironmentCodec.readConfig(body.object("config"), current);
    var metadata = Metadata.patchForEnvironment(body, current.metadata());
    checkScope(body);
    body.end();
    var newer = EnvironmentCodec.newer(body.raw(), current);
    return current.changed(name, description, networking, metadata, newer, now);
  }

  private void archive(Exchange exchange) {
    var id = EnvironmentId.of(exchange.id("environment"));
    exchange.answer(
        EnvironmentCodec.write(
            backend.environments().archive(exchange.caller().workspace(), id, backend.now())));
  }

  private void delete(Exchange exchange) {
    var id = EnvironmentId.of(exchange.id("environment"));
    backend.environments().delete(exchange.caller().workspace(), id);
    exchange.answer(Json.obj("id", id.value(), "type", "environment_deleted"));
  }

  private void retrieve(Exchange exchange) {
    var id = EnvironmentId.of(exchange.id("environment"));
    exchange.answer(
        EnvironmentCodec.write(backend.environments().get(exchange.caller().workspace(), id)));
  }

  private void list(Exchange exchange) {
    var page =
        backend.environments().list(exchange.caller().workspace(), Pages.listing(exchange.query()));
    exchange.answer(Pages.of(page, EnvironmentCodec::write));
  }
}
