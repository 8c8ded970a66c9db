package dev.drover.catalog;

import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// Where an agent's hands work.
///
/// @param description may be null, or empty
public record Environment(
    EnvironmentId id,
    WorkspaceId workspace,
    String name,
    @Nullable String description,
    Networking networking,
    Map<String, String> metadata,
    Instant createdAt,
    Instant updatedAt,
    @Nullable Instant archivedAt) {
  public Environment {
    metadata = Map.copyOf(metadata);
  }

  /// This environment with another content, or itself if nothing is other than before.
  public Environment changed(
      String name,
      @Nullable String description,
      Networking networking,
      Map<String, String> metadata,
      Instant now) {
    var changed =
        new Environment(
            id,
            workspace,
            name,
            description,
            networking,
            metadata,
            createdAt,
            updatedAt,
            archivedAt);
    return changed.equals(this) ? this : changed.at(now, archivedAt);
  }

  /// This environment, ended at `at`.
  public Environment archived(Instant at) {
    return at(at, at);
  }

  private Environment at(Instant updated, @Nullable Instant archived) {
    return new Environment(
        id, workspace, name, description, networking, metadata, createdAt, updated, archived);
  }

  /// What a sandbox may reach.
  public sealed interface Networking {
    record Unrestricted() implements Networking {}

    /// @param allowedHosts host names, or `*.domain` for the subdomains of one
    record Limited(List<String> allowedHosts, boolean mcpServers, boolean packageManagers)
        implements Networking {
      public Limited {
        allowedHosts = List.copyOf(allowedHosts);
      }
    }
  }
}
