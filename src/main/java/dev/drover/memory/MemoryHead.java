package dev.drover.memory;

/// What a memory has now, without its text.
///
/// @param sha256 of the content, as [MemoryText#sha256]
public record MemoryHead(MemoryId id, String sha256) {}
