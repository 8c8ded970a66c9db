package dev.drover.memory;

import java.time.Instant;
import java.util.List;
import java.util.Optional;

/// How to list the versions of the memories of a store: newest first.
///
/// @param memory only versions of this memory
/// @param actors only versions by each of these, so at most one can have results
/// @param from the earliest time, inclusive
/// @param to the latest time, inclusive
/// @param contents whether to read the contents
/// @param limit items on a page, from 1
/// @param page the cursor of an earlier page's `next`; empty: from the newest
public record VersionListing(
    Optional<MemoryId> memory,
    Optional<MemoryVersion.Operation> operation,
    List<MemoryActor> actors,
    Optional<Instant> from,
    Optional<Instant> to,
    boolean contents,
    int limit,
    Optional<String> page) {
  public VersionListing {
    actors = List.copyOf(actors);
  }
}
