package dev.drover.memory;

import dev.drover.catalog.MemoryStoreId;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/// A memory as it is now.
///
/// @param version the version that has its content
/// @param content null if only the rest was read
/// @param sha256 of the content, as [MemoryText#sha256]
/// @param size of the content, in bytes of UTF-8
public record Memory(
    MemoryId id,
    MemoryStoreId store,
    MemoryVersionId version,
    MemoryPath path,
    @Nullable String content,
    String sha256,
    int size,
    Instant createdAt,
    Instant updatedAt) {}
