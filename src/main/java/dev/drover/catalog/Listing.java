package dev.drover.catalog;

import java.time.Instant;
import java.util.Optional;

/// How to list the resources of a kind: newest first.
///
/// @param limit items on a page, from 1
/// @param page the cursor of an earlier page's `next`; empty: from the newest
/// @param from the earliest `created_at`, inclusive
/// @param to the latest `created_at`, inclusive
public record Listing(
    int limit,
    Optional<String> page,
    boolean includeArchived,
    Optional<Instant> from,
    Optional<Instant> to) {}
