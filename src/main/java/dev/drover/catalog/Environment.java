package dev.drover.catalog;

import dev.drover.base.Json;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// The content of an environment: where an agent's hands work.
///
/// @param description may be null, or empty
/// @param newer what a newer version stored beside these and this one does not know: kept as it
///   came, and shown over them
public record Environment(
    String name,
    @Nullable String description,
    Networking networking,
    Packages packages,
    Map<String, String> metadata,
    Json.Obj newer) {
  public static final ResourceKind<Environment> KIND =
      ResourceKind.<Environment>of("environment", EnvironmentId.PREFIX)
          .withUniqueName(Environment::name);

  public Environment {
    metadata = Map.copyOf(metadata);
  }

  /// An environment without packages, of which this version knows everything.
  public Environment(
      String name,
      @Nullable String description,
      Networking networking,
      Map<String, String> metadata) {
    this(name, description, networking, Packages.NONE, metadata, Json.EMPTY);
  }

  /// Whether hands work in it as this version makes them: in a sandbox of this server.
  public boolean isSupported() {
    return newer.object("config").get("type").isEmpty();
  }

  /// What a sandbox may reach.
  public sealed interface Networking {
    record Unrestricted() implements Networking {}

    /// @param allowedHosts host names, or `*.domain` for the subdomains of one
    /// @param newer what a newer version stored beside these: kept as it came
    record Limited(
        List<String> allowedHosts, boolean mcpServers, boolean packageManagers, Json.Obj newer)
        implements Networking {
      public Limited {
        allowedHosts = List.copyOf(allowedHosts);
      }

      public Limited(List<String> allowedHosts, boolean mcpServers, boolean packageManagers) {
        this(allowedHosts, mcpServers, packageManagers, Json.EMPTY);
      }
    }

    /// A kind of a newer version, as it was stored. This version reaches nothing for it.
    record Other(Json.Obj json) implements Networking {}
  }
}
