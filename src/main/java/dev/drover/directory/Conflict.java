package dev.drover.directory;

/// A path at which a change cannot be applied.
///
/// @param why completes a sentence that begins with the path
public record Conflict(String path, String why) {}
