package dev.drover.desk;

import dev.drover.catalog.EnvironmentId;
import dev.drover.session.Event;
import dev.drover.session.Money;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// A session that is to be created.
///
/// @param budget what it may cost by list price; empty: no limit
/// @param events what it begins with; may be empty
public record SessionRequest(
    AgentChoice agent,
    EnvironmentId environment,
    @Nullable String title,
    Map<String, String> metadata,
    Optional<Money> budget,
    List<Event.FromClient> events) {
  public SessionRequest {
    metadata = Map.copyOf(metadata);
    events = List.copyOf(events);
  }
}
