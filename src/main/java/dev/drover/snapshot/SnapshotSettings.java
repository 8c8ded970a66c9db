package dev.drover.snapshot;

import dev.drover.settings.Section;
import java.time.Duration;
import java.util.Map;

/// When the directories of sessions are kept as snapshots, and up to which size.
///
/// @param when whether snapshots are taken at all
/// @param after how long a session rests before its snapshot is taken
/// @param mostBytes the size of the archive of a snapshot, before it is compressed
/// @param kept the number of snapshots of a session that are kept at least, for forks of earlier
///   places
public record SnapshotSettings(When when, Duration after, long mostBytes, int kept) {
  private static final Map<String, When> WORDS =
      Map.of("auto", When.AUTO, "always", When.ALWAYS, "never", When.NEVER);

  public static SnapshotSettings read(Section section) {
    return new SnapshotSettings(
        section.choice("when", WORDS, When.AUTO),
        section.millis("after_ms", 0, Duration.ofDays(1).toMillis(), Duration.ofSeconds(30)),
        (long) section.count("max_mib", 1, 1 << 20, 2048) << 20,
        section.count("kept", 1, 10_000, 8));
  }

  /// @param shared whether nodes with other data directories may share the store
  public boolean taken(boolean shared) {
    return when == When.ALWAYS || (when == When.AUTO && shared);
  }

  /// Whether snapshots are taken.
  public enum When {
    /// If several nodes can share the store.
    AUTO,
    ALWAYS,
    NEVER
  }
}
