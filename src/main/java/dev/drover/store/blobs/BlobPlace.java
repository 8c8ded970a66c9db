package dev.drover.store.blobs;

import java.nio.file.Path;
import java.util.OptionalLong;

/// A directory for contents.
///
/// @param directory is created if it is missing
/// @param floor bytes of its file system that are kept free, half of them also by contents; empty:
///   a tenth of it, 2 GiB at most
public record BlobPlace(Path directory, OptionalLong floor) {}
