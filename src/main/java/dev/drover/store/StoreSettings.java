package dev.drover.store;

import dev.drover.base.Secret;
import dev.drover.settings.Section;
import java.time.Duration;
import java.util.Optional;

/// The settings of the store.
///
/// @param database the URL of a PostgreSQL database; empty for SQLite in the data directory
/// @param lapse how long a node may be without a beat before others take over its sessions
public record StoreSettings(Optional<Secret> database, Duration lapse) {
  /// @param root the section of all settings
  public static StoreSettings read(Section root) {
    return new StoreSettings(
        root.secret("database_url"),
        root.section("nodes").millis("lapse_ms", 500, 600_000, Duration.ofSeconds(5)));
  }
}
