package dev.drover.catalog;

/// A content that is stored.
///
/// @param size in bytes
public record Blob(BlobId id, long size) {}
