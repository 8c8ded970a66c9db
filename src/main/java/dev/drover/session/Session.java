package dev.drover.session;

import dev.drover.base.Json;
import dev.drover.catalog.AgentId;
import dev.drover.catalog.Definition;
import dev.drover.catalog.Environment;
import dev.drover.catalog.EnvironmentId;
import dev.drover.catalog.WorkspaceId;
import java.time.Instant;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// A session without its log: what it was made from, and cached folds over the log.
///
/// @param thread the primary thread, which every session has from the start
/// @param agent the agent as it was when the session was made
/// @param networking the environment's, as it was when the session was made
/// @param budget what the session may cost by list price; empty: it has none
/// @param runningSince when the session last began to run; null while it does not
/// @param started whether the session ever ran
/// @param boundary the fold over the log may start after this position
/// @param newer what a newer version stored beside these and this one does not know: kept as it
///   came, and shown over them
public record Session(
    SessionId id,
    WorkspaceId workspace,
    ThreadId thread,
    AgentId agentId,
    int agentVersion,
    Definition agent,
    EnvironmentId environment,
    Environment.Networking networking,
    @Nullable String title,
    Map<String, String> metadata,
    Optional<Money> budget,
    Status status,
    Usage usage,
    @Nullable Instant runningSince,
    boolean started,
    long boundary,
    Instant createdAt,
    Instant updatedAt,
    @Nullable Instant archivedAt,
    Json.Obj newer) {
  public Session {
    metadata = Map.copyOf(metadata);
  }

  /// A session of which this version knows everything.
  public Session(
      SessionId id,
      WorkspaceId workspace,
      ThreadId thread,
      AgentId agentId,
      int agentVersion,
      Definition agent,
      EnvironmentId environment,
      Environment.Networking networking,
      @Nullable String title,
      Map<String, String> metadata,
      Optional<Money> budget,
      Status status,
      Usage usage,
      @Nullable Instant runningSince,
      boolean started,
      long boundary,
      Instant createdAt,
      Instant updatedAt,
      @Nullable Instant archivedAt) {
    this(
        id,
        workspace,
        thread,
        agentId,
        agentVersion,
        agent,
        environment,
        networking,
        title,
        metadata,
        budget,
        status,
        usage,
        runningSince,
        started,
        boundary,
        createdAt,
        updatedAt,
        archivedAt,
        Json.EMPTY);
  }

  /// This session with other values for all that an update may change.
  public Session with(
      Definition agent,
      @Nullable String title,
      Map<String, String> metadata,
      Optional<Money> budget) {
    return new Session(
        id,
        workspace,
        thread,
        agentId,
        agentVersion,
        agent,
        environment,
        networking,
        title,
        metadata,
        budget,
        status,
        usage,
        runningSince,
        started,
        boundary,
        createdAt,
        updatedAt,
        archivedAt,
        newer);
  }
}
