package dev.drover.store;

import dev.drover.settings.Section;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.Optional;

/// The settings of stored contents, such as files.
///
/// @param directory where they are stored, if not in a bucket; empty for a place in the data
///   directory
/// @param bucket the S3-compatible bucket in which they are stored; empty for a directory
/// @param quota the limit for the contents of one workspace, in bytes
/// @param cache the maximum size of the local copies of contents in a bucket, in bytes
public record BlobSettings(
    Optional<Path> directory, Optional<BucketSettings> bucket, long quota, long cache) {
  private static final long MAX_MIB = 1L << 40;

  /// @param section the section `blobs`
  public static BlobSettings read(Section section) {
    var directory = directory(section);
    var bucket = BucketSettings.read(section.section("s3"));
    if (directory.isPresent() && bucket.isPresent()) {
      throw section.problem("directory", "is set, and so is blobs.s3.bucket; set one of them");
    }
    return new BlobSettings(
        directory,
        bucket,
        section.mebibytes("quota_mib", 1, MAX_MIB, 100L << 30),
        section.mebibytes("cache_mib", 0, MAX_MIB, 10L << 30));
  }

  private static Optional<Path> directory(Section section) {
    try {
      return section.text("directory").map(text -> Path.of(text).toAbsolutePath().normalize());
    } catch (InvalidPathException _) {
      throw section.problem("directory", "is not the name of a directory");
    }
  }

  /// Refuses a storage that another database has.
  ///
  /// @param data the data directory
  public StoreUnusable taken(Path data) {
    var fix = bucket.isPresent() ? "blobs.s3.prefix" : "blobs.directory";
    var mark =
        bucket
            .map(one -> "the object " + one.prefix() + "database of the bucket " + one.name())
            .orElseGet(() -> "the file " + directory(data).resolve("database"));
    return new StoreUnusable(
        "Cannot use "
            + bucket.map(one -> "the bucket " + one.shown()).orElseGet(() -> "" + directory(data))
            + ": it has the contents of another database, and each would delete what the other"
            + " stored. Set another %s, or the other database. If that database no longer exists,"
                .formatted(fix)
            + " delete %s.".formatted(mark));
  }

  /// The directory for the contents.
  ///
  /// @param data the data directory
  public Path directory(Path data) {
    return directory.orElseGet(() -> data.resolve("blobs"));
  }
}
