package dev.drover.api;

import dev.drover.base.Blank;
import dev.drover.base.Fields;
import dev.drover.base.ImageType;
import dev.drover.base.Problem;
import dev.drover.brain.AttachedFiles;
import dev.drover.catalog.FileId;
import dev.drover.desk.Caller;
import dev.drover.desk.FileDesk;
import dev.drover.files.StoredFile;
import io.helidon.webserver.CloseConnectionException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;

/// The checks of the files that the client events of one request refer to: what a model server
/// would refuse must not get into the log. Each file is read once, and counts for each reference.
/// Every problem is `INVALID_REQUEST` and names the field. One thread.
final class SentFiles {
  private static final String FIELD = "file_id";
  private static final int MAX_TEXT = 1 << 20;
  private static final int MAX_FILES = 100;

  /// The number of first bytes in which a PDF has its marker.
  private static final int HEAD = 1_024;

  private final FileDesk desk;
  private final Caller caller;
  private final ImageLimits images;
  private final Map<FileId, StoredFile> files = new HashMap<>();
  private final Set<FileId> goodImages = new HashSet<>();
  private final Set<FileId> goodDocuments = new HashSet<>();
  private int references;
  private long bytes;

  SentFiles(FileDesk desk, Caller caller, ImageLimits images) {
    this.desk = desk;
    this.caller = caller;
    this.images = images;
  }

  /// Checks the source of an image.
  void image(Fields source) {
    var file = file(source);
    if (goodImages.contains(file.id())) {
      addSize(source, file);
      return;
    }
    var declared = ImageType.named(type(file));
    if (declared.isEmpty()) {
      throw source.problem(
          FIELD,
          "is %s; an image must be image/jpeg, image/png, image/gif or image/webp"
              .formatted(type(file)));
    }
    checkSize(source, file, images.base64() / 4L * 3);
    var data = Base64.getEncoder().encodeToString(read(source, file, file.size()));
    new Image(source, FIELD, data).check(declared.get(), images);
    goodImages.add(file.id());
  }

  /// Checks the source of a document.
  void document(Fields source) {
    var file = file(source);
    if (goodDocuments.contains(file.id())) {
      addSize(source, file);
      return;
    }
    if (type(file).equals("application/pdf")) {
      checkSize(source, file, AttachedFiles.MOST);
      var start = new String(read(source, file, HEAD), StandardCharsets.ISO_8859_1);
      if (!start.contains("%PDF-")) {
        throw source.problem(FIELD, "is not a PDF: its first 1,024 bytes have no \"%PDF-\"");
      }
    } else if (type(file).startsWith("text/")) {
      checkSize(source, file, MAX_TEXT);
      var text = HeaderParameters.utf8(ByteBuffer.wrap(read(source, file, MAX_TEXT)));
      if (text.isEmpty()) {
        throw source.problem(FIELD, "is not a text in UTF-8");
      }
      if (Blank.is(text.get())) {
        throw source.problem(FIELD, "must contain a character that is not white space");
      }
    } else {
      throw source.problem(
          FIELD, "is %s; a document must be application/pdf or a text".formatted(type(file)));
    }
    goodDocuments.add(file.id());
  }

  private StoredFile file(Fields source) {
    var id = source.id(FIELD, FileId::of);
    if (++references > MAX_FILES) {
      throw source.problem(
          FIELD, "is one more than the %d files of a request".formatted(MAX_FILES));
    }
    var known = files.get(id);
    if (known != null) {
      return known;
    }
    try {
      var file = desk.get(caller, id);
      files.put(id, file);
      return file;
    } catch (Problem problem) {
      throw named(source, problem);
    }
  }

  /// The problem of a file that is not there, as one of the request.
  private static Problem named(Fields source, Problem problem) {
    return problem.kind() == Problem.Kind.NOT_FOUND
        ? source.problem(FIELD, problem.getMessage())
        : problem;
  }

  private static String type(StoredFile file) {
    return file.mimeType().replaceFirst(";.*", "").strip();
  }

  /// Refuses what is too large for a model, alone or with the files before it.
  private void checkSize(Fields source, StoredFile file, long most) {
    if (file.size() > most) {
      throw source.problem(
          FIELD, "has %,d bytes; it must have at most %,d".formatted(file.size(), most));
    }
    addSize(source, file);
  }

  /// A content is sent to the model as often as it is referred to.
  private void addSize(Fields source, StoredFile file) {
    bytes += file.size();
    if (bytes > AttachedFiles.MOST) {
      throw source.problem(
          FIELD,
          ("is too large with the files before it: %,d bytes;"
                  + " the files of a request must have at most %,d together")
              .formatted(bytes, AttachedFiles.MOST));
    }
  }

  private byte[] read(Fields source, StoredFile file, long count) {
    try (var in = desk.open(caller, file, 0, count)) {
      return in.readAllBytes();
    } catch (IOException e) {
      throw Problem.unavailable("The server cannot read its stored contents.", e);
    } catch (InterruptedException e) {
      throw new CloseConnectionException("the server stops", e);
    } catch (Problem problem) {
      throw named(source, problem);
    }
  }
}
