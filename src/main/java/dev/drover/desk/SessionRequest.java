package dev.drover.desk;

import dev.drover.catalog.EnvironmentId;
import dev.drover.catalog.VaultId;
import dev.drover.session.Event;
import dev.drover.session.Money;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// A request to create a session.
///
/// @param budget the maximum cost by list price; empty if there is no limit
/// @param vaults the vaults whose credentials it may use, the preferred ones first
/// @param events the first events; may be empty
public record SessionRequest(
    AgentChoice agent,
    EnvironmentId environment,
    @Nullable String title,
    Map<String, String> metadata,
    Optional<Money> budget,
    List<ResourceRequest> resources,
    List<VaultId> vaults,
    List<Event.FromClient> events) {
  public SessionRequest {
    metadata = Map.copyOf(metadata);
    resources = List.copyOf(resources);
    vaults = List.copyOf(vaults);
    events = List.copyOf(events);
  }
}
