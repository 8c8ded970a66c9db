package dev.drover.api;

import dev.drover.catalog.Agent;
import dev.drover.catalog.AgentId;
import dev.drover.catalog.Listing;
import dev.drover.wire.AgentCodec;
import dev.drover.wire.DefinitionCodec;
import java.util.OptionalInt;

/// `/v1/agents`
final class AgentRoutes {
  private final Parts parts;

  AgentRoutes(Parts parts) {
    this.parts = parts;
  }

  void addTo(Router router) {
    router.post("/v1/agents", this::create);
    router.get("/v1/agents", this::list);
    router.get("/v1/agents/{}", this::retrieve);
    router.post("/v1/agents/{}", Unsupported.because("updating agents is"));
    router.post("/v1/agents/{}/archive", Unsupported.because("archiving agents is"));
    router.get("/v1/agents/{}/versions", Unsupported.because("listing the versions of agents is"));
  }

  private void create(Exchange exchange) {
    var body = exchange.fields();
    var definition = DefinitionCodec.read(body);
    var metadata = body.metadata("metadata");
    body.end();
    parts.models().route(definition.model().id());
    var now = parts.now();
    var agent =
        new Agent(
            new AgentId(parts.ids().next(AgentId.PREFIX)),
            parts.workspace(),
            1,
            definition,
            metadata,
            now,
            now,
            null);
    parts.agents().put(agent);
    exchange.answer(AgentCodec.write(agent));
  }

  private void retrieve(Exchange exchange) {
    var id = AgentId.of(exchange.parameter(0));
    var version =
        exchange
            .query()
            .number("version", Integer.MAX_VALUE)
            .map(OptionalInt::of)
            .orElse(OptionalInt.empty());
    exchange.answer(AgentCodec.write(parts.agents().get(parts.workspace(), id, version)));
  }

  private void list(Exchange exchange) {
    var query = exchange.query();
    exchange.answer(
        Pages.of(parts.agents().list(parts.workspace(), listing(query)), AgentCodec::write));
  }

  /// How agents and environments are listed.
  static Listing listing(Query query) {
    var period = Period.of(query);
    return new Listing(
        query.limit(20, 100),
        query.page(),
        query.flag("include_archived"),
        period.from(),
        period.to());
  }
}
