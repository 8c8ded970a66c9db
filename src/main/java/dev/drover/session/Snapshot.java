package dev.drover.session;

import dev.drover.catalog.BlobId;
import java.time.Instant;
import java.util.List;

/// A copy of the directories of a session, as they were while no call ran.
///
/// @param name different for each snapshot
/// @param home the id of the directories
/// @param position the session's last event at that time, or an earlier one
/// @param layers the contents whose archives, one after the other, make the directories; the first
///   one is complete, and each further one changes what came before it
/// @param files the number of entries
/// @param bytes the size of all files
/// @param left what was not copied, in words; empty if nothing
public record Snapshot(
    String name,
    String home,
    long position,
    List<BlobId> layers,
    long files,
    long bytes,
    String left,
    Instant takenAt) {
  public Snapshot {
    layers = List.copyOf(layers);
  }

  /// The same snapshot with these contents.
  public Snapshot with(List<BlobId> contents) {
    return new Snapshot(name, home, position, contents, files, bytes, left, takenAt);
  }
}
