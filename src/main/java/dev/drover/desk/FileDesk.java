package dev.drover.desk;

import dev.drover.base.Ids;
import dev.drover.base.Page;
import dev.drover.base.Problem;
import dev.drover.catalog.Blob;
import dev.drover.catalog.BlobId;
import dev.drover.catalog.Blobs;
import dev.drover.catalog.FileId;
import dev.drover.files.FileNames;
import dev.drover.files.Files;
import dev.drover.files.MediaTypes;
import dev.drover.files.StoredFile;
import java.io.IOException;
import java.io.InputStream;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.temporal.ChronoUnit;
import java.util.Collection;
import java.util.List;
import java.util.Optional;

/// The desk for files: it uploads, lists, opens and deletes them. A file of another workspace is
/// `NOT_FOUND`. Safe for many threads.
public final class FileDesk {
  /// The shortest and the longest time after which the content of a file may expire.
  public static final Duration SOONEST = Duration.ofHours(1);

  public static final Duration LATEST = Duration.ofDays(90);

  private final Files files;
  private final Blobs blobs;
  private final Runnable jobsAdded;
  private final long largest;
  private final Ids ids;
  private final InstantSource clock;

  /// @param jobsAdded called after a change that may have added jobs
  /// @param largest the maximum size of a file, in bytes
  public FileDesk(
      Files files, Blobs blobs, Runnable jobsAdded, long largest, Ids ids, InstantSource clock) {
    this.files = files;
    this.blobs = blobs;
    this.jobsAdded = jobsAdded;
    this.largest = largest;
    this.ids = ids;
    this.clock = clock;
  }

  /// The maximum size of a file, in bytes.
  public long largest() {
    return largest;
  }

  /// Refuses a file of this many bytes, or more.
  public Problem tooLarge() {
    var message = "The file is larger than %d MB.".formatted(largest >> 20);
    return new Problem(Problem.Kind.TOO_LARGE, null, message, null);
  }

  /// Stores the content of a file. The caller must pass it to [#create] or [#discard].
  ///
  /// @throws Problem `TOO_LARGE`, or `INVALID_REQUEST` if the workspace has not enough space left;
  ///   nothing is stored then
  /// @throws IOException what `in` threw
  public Blob store(Caller caller, InputStream in) throws IOException, InterruptedException {
    var usage = files.usage(caller.workspace());
    if (usage.left() == 0) {
      throw usage.exceeded();
    }
    try {
      return blobs.put(in, Math.min(largest, usage.left()));
    } catch (Problem problem) {
      if (problem.kind() != Problem.Kind.TOO_LARGE) {
        throw problem;
      }
      throw usage.left() < largest ? usage.exceeded() : tooLarge();
    }
  }

  /// Deletes a stored content that no file refers to. If that fails, a job deletes it later.
  public void discard(Blob content) {
    try {
      blobs.delete(content.id());
    } catch (Problem _) {
      // it has no reference, so it is found as garbage
    } catch (InterruptedException _) {
      Thread.currentThread().interrupt();
    }
  }

  /// What a client says about a file that it uploads.
  ///
  /// @param path the name of the file, which may have directories before it
  /// @param mimeType the media type
  /// @param expiresIn when the content expires, from now on
  public record Upload(
      Optional<String> path, Optional<String> mimeType, Optional<Duration> expiresIn) {

    /// @throws Problem `INVALID_REQUEST` if something is not allowed
    public Upload {
      path.map(FileNames::last).filter(name -> !name.isEmpty()).ifPresent(FileNames::check);
      if (mimeType.filter(type -> !MediaTypes.isWellFormed(type)).isPresent()) {
        throw Problem.invalid("file: its content-type is not a media type");
      }
    }

    private String mime() {
      return mimeType
          .filter(type -> !type.equalsIgnoreCase(MediaTypes.UNKNOWN))
          .orElseGet(() -> path.map(MediaTypes::ofName).orElse(MediaTypes.UNKNOWN));
    }

    private String name() {
      return path.map(FileNames::last)
          .filter(name -> !name.isEmpty())
          .orElseGet(
              () -> "unnamed" + MediaTypes.extension(mime()).map(end -> "." + end).orElse(""));
    }
  }

  /// Creates a file with a stored content, which must have no reference.
  ///
  /// @throws Problem `INVALID_REQUEST` if the content does not fit into the quota; it is deleted
  public StoredFile create(Caller caller, Upload upload, Blob content) {
    var now = now();
    var file =
        new StoredFile(
            new FileId(ids.next(FileId.PREFIX)),
            caller.workspace(),
            upload.name(),
            upload.mime(),
            content.size(),
            Optional.empty(),
            Optional.empty(),
            Optional.empty(),
            now,
            upload.expiresIn().map(now::plus));
    try {
      var created = files.create(file, content);
      jobsAdded.run();
      return created;
    } catch (Problem problem) {
      if (problem.kind() != Problem.Kind.UNAVAILABLE) { // otherwise the row may be there
        discard(content);
      }
      throw problem;
    }
  }

  /// The current time, with the precision of the protocol.
  private Instant now() {
    return clock.instant().truncatedTo(ChronoUnit.MICROS);
  }

  public StoredFile get(Caller caller, FileId id) {
    return files.get(caller.workspace(), id);
  }

  public Page<StoredFile> list(Caller caller, Files.Listing listing) {
    return files.list(caller.workspace(), listing);
  }

  /// Those of the given files that exist.
  ///
  /// @param ids at most 100
  public List<StoredFile> list(Caller caller, Collection<FileId> ids) {
    return files.list(caller.workspace(), ids);
  }

  public void delete(Caller caller, FileId id) {
    files.delete(caller.workspace(), id);
    jobsAdded.run();
  }

  /// The content of a file, as a stream to be closed. It fails with an `IOException` before its
  /// last byte if the content is not what was stored.
  ///
  /// @throws Problem `NOT_FOUND` if the content has expired, or the file was just deleted
  public InputStream open(Caller caller, StoredFile file) throws InterruptedException {
    return found(caller, file, blobs.get(content(file)));
  }

  /// As [#open(Caller,StoredFile)], but a part of the content, which is not checked.
  ///
  /// @param from the number of bytes before the part
  /// @param count the length of the part, in bytes
  public InputStream open(Caller caller, StoredFile file, long from, long count)
      throws InterruptedException {
    return found(caller, file, blobs.get(content(file), from, count));
  }

  private BlobId content(StoredFile file) {
    return file.blob().filter(_ -> !file.isExpired(now())).orElseThrow(file::expired);
  }

  /// The file may have been deleted since it was read.
  private InputStream found(Caller caller, StoredFile file, Optional<InputStream> content) {
    return content.orElseThrow(
        () -> {
          var again = get(caller, file.id());
          return again.isExpired(now())
              ? again.expired()
              : new IllegalStateException("the content of " + file.id() + " is missing");
        });
  }
}
