package dev.drover.catalog;

import dev.drover.base.Json;
import java.util.Map;

/// The content of a vault: a named set of credentials, such as those of one user. The credentials
/// are stored apart from it.
///
/// @param newer what a newer version stored beside these and this one does not know: kept as it
///   came, and shown over them
public record Vault(String displayName, Map<String, String> metadata, Json.Obj newer) {
  public static final ResourceKind<Vault> KIND = ResourceKind.of("vault", VaultId.PREFIX);

  public Vault {
    metadata = Map.copyOf(metadata);
  }

  /// A vault of which this version knows everything.
  public Vault(String displayName, Map<String, String> metadata) {
    this(displayName, metadata, Json.EMPTY);
  }
}
