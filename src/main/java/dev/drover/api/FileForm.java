package dev.drover.api;

import dev.drover.base.Problem;
import dev.drover.catalog.Blob;
import dev.drover.desk.Caller;
import dev.drover.desk.FileDesk;
import dev.drover.files.StoredFile;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// The form of an upload: `file` and `expires_in_seconds`, in any order. What was stored is deleted
/// when this is closed without [#create]. One thread.
final class FileForm implements AutoCloseable {
  /// The maximum number of parts.
  static final int PARTS = 8;

  private static final int MAX_NUMBER = 32;

  private final FileDesk desk;
  private final Caller caller;
  private Parts.@Nullable Part file;
  private @Nullable Blob content;
  private Optional<Duration> expiresIn = Optional.empty();

  FileForm(FileDesk desk, Caller caller) {
    this.desk = desk;
    this.caller = caller;
  }

  void read(Parts parts) throws IOException, InterruptedException {
    for (var part = parts.next(); part.isPresent(); part = parts.next()) {
      take(part.get());
    }
  }

  private void take(Parts.Part part) throws IOException, InterruptedException {
    switch (part.name()) {
      case "file" -> {
        if (file != null) {
          throw Problem.invalid("file: must not be repeated");
        }
        file = part;
        upload(part); // refuses a name before the content is read
        content = desk.store(caller, part.content());
      }
      case "expires_in_seconds" -> {
        if (expiresIn.isPresent()) {
          throw Problem.invalid("expires_in_seconds: must not be repeated");
        }
        expiresIn = Optional.of(seconds(part.content().readNBytes(MAX_NUMBER)));
      }
      default ->
          throw Problem.invalid("unknown field; the valid ones are expires_in_seconds, file");
    }
  }

  private FileDesk.Upload upload(Parts.Part part) {
    return new FileDesk.Upload(part.filename(), part.contentType(), expiresIn);
  }

  private static Duration seconds(byte[] text) {
    var digits = new String(text, StandardCharsets.US_ASCII);
    if (digits.matches("[0-9]{1,9}")) {
      var seconds = Duration.ofSeconds(Integer.parseInt(digits));
      if (seconds.compareTo(FileDesk.SOONEST) >= 0 && seconds.compareTo(FileDesk.LATEST) <= 0) {
        return seconds;
      }
    }
    throw Problem.invalid(
        "expires_in_seconds: must be an integer from %d to %d"
            .formatted(FileDesk.SOONEST.toSeconds(), FileDesk.LATEST.toSeconds()));
  }

  /// Creates the file.
  ///
  /// @throws Problem `INVALID_REQUEST` if the form has no file, or the file does not fit into the
  ///   quota
  StoredFile create() {
    if (file == null || content == null) {
      throw Problem.invalid("file: missing");
    }
    var stored = content;
    content = null;
    return desk.create(caller, upload(file), stored);
  }

  @Override
  public void close() {
    if (content != null) {
      desk.discard(content);
    }
  }
}
