package dev.drover.memory;

import java.util.Optional;

/// A change of a memory.
///
/// @param path the new path; empty: it stays
/// @param content the new content; empty: it stays
/// @param expected the digest that the content must have before the change; empty: any. If it has
///   another one, but the memory already is what the change would make of it, the change succeeds,
///   so that it can be repeated
public record MemoryChange(
    Optional<MemoryPath> path, Optional<MemoryText> content, Optional<String> expected) {}
