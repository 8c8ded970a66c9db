package dev.drover.api;

import static dev.drover.desk.KeyScope.CATALOG_READ;
import static dev.drover.desk.KeyScope.CATALOG_WRITE;

import dev.drover.base.Fields;
import dev.drover.base.Problem;
import dev.drover.catalog.Agent;
import dev.drover.catalog.AgentId;
import dev.drover.desk.ModelChoice;
import dev.drover.wire.AgentCodec;
import dev.drover.wire.DefinitionCodec;
import dev.drover.wire.Metadata;
import java.time.Instant;
import java.util.OptionalInt;

/// `/v1/agents`
final class AgentRoutes {
  private final Backend backend;

  AgentRoutes(Backend backend) {
    this.backend = backend;
  }

  void addTo(Router router) {
    router.post("/v1/agents", CATALOG_WRITE, this::create);
    router.get("/v1/agents", CATALOG_READ, this::list);
    router.get("/v1/agents/{agent}", CATALOG_READ, this::retrieve);
    router.post("/v1/agents/{agent}", CATALOG_WRITE, this::update);
    router.post("/v1/agents/{agent}/archive", CATALOG_WRITE, this::archive);
    router.get("/v1/agents/{agent}/versions", CATALOG_READ, this::versions);
  }

  private void create(Exchange exchange) {
    var body = exchange.fields();
    var definition = DefinitionCodec.CODEC.request(body);
    var metadata = Metadata.read(body);
    body.end();
    definition = ModelChoice.settled(backend.models(), definition);
    var now = backend.now();
    var agent =
        new Agent(
            new AgentId(backend.ids().next(AgentId.PREFIX)),
            exchange.caller().workspace(),
            1,
            definition,
            metadata,
            now,
            now,
            null);
    backend.agents().put(agent);
    exchange.answer(AgentCodec.write(agent));
  }

  private void retrieve(Exchange exchange) {
    var id = AgentId.of(exchange.id("agent"));
    var version =
        exchange
            .query()
            .number("version", Integer.MAX_VALUE)
            .map(OptionalInt::of)
            .orElse(OptionalInt.empty());
    exchange.answer(
        AgentCodec.write(backend.agents().get(exchange.caller().workspace(), id, version)));
  }

  private void update(Exchange exchange) {
    var id = AgentId.of(exchange.id("agent"));
    var body = exchange.fields();
    var now = backend.now();
    exchange.answer(
        AgentCodec.write(
            backend
                .agents()
                .update(
                    exchange.caller().workspace(), id, current -> updated(current, body, now))));
  }

  private Agent updated(Agent current, Fields body, Instant now) {
    var version = body.integer("version", 1, Integer.MAX_VALUE);
    if (version.isPresent() && version.get() != current.version()) {
      throw Problem.conflict(
          "Concurrent modification detected. Please fetch the latest version and retry.");
    }
    var definition = DefinitionCodec.CODEC.update(current.definition(), body);
    var metadata = Metadata.patch(body, current.metadata());
    body.end();
    if (!definition.model().equals(current.definition().model())) {
      definition = ModelChoice.settled(backend.models(), definition);
    }
    return current.changed(definition, metadata, now);
  }

  private void archive(Exchange exchange) {
    var id = AgentId.of(exchange.id("agent"));
    exchange.answer(
        AgentCodec.write(
            backend.agents().archive(exchange.caller().workspace(), id, backend.now())));
  }

  private void versions(Exchange exchange) {
    var id = AgentId.of(exchange.id("agent"));
    var query = exchange.query();
    var page =
        backend
            .agents()
            .versions(exchange.caller().workspace(), id, query.limit(20, 100), query.page());
    exchange.answer(Pages.of(page, AgentCodec::write));
  }

  private void list(Exchange exchange) {
    var query = exchange.query();
    exchange.answer(
        Pages.of(
            backend.agents().list(exchange.caller().workspace(), Pages.listing(query)),
            AgentCodec::write));
  }
}
