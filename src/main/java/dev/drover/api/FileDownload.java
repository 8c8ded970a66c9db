package dev.drover.api;

import dev.drover.catalog.BlobId;
import dev.drover.desk.FileDesk;
import dev.drover.files.StoredFile;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Optional;
import java.util.stream.Stream;

/// The answer to a request for the content of a file: all of it, one range, that the client has it
/// already, or that the client asked for another one. Used once.
final class FileDownload {
  private static final String UNRESERVED = "!#$&+-.^_`|~";

  private final FileDesk desk;
  private final Exchange exchange;
  private final StoredFile file;
  private final String etag;

  FileDownload(FileDesk desk, Exchange exchange, StoredFile file) {
    this.desk = desk;
    this.exchange = exchange;
    this.file = file;
    etag = "\"" + file.blob().map(BlobId::digest).orElse("") + "\"";
  }

  void answer() throws InterruptedException {
    if (isAnother()) {
      exchange.header("etag", etag);
      var message = "if-match: the file has another content";
      exchange.answer(new Errors.Failure(412, Errors.type(412), message, null));
      return;
    }
    var range = range();
    // Opened before any header is set, so that a refusal has none of them.
    try (var content =
        range.isPresent()
            ? desk.open(exchange.caller(), file, range.get().from(), range.get().count())
            : desk.open(exchange.caller(), file)) {
      exchange.header("etag", etag);
      exchange.header("accept-ranges", "bytes");
      if (isKnown()) {
        exchange.answerEmpty(304);
        return;
      }
      if (range.filter(part -> part.count() == 0).isPresent()) {
        exchange.header("content-range", "bytes */" + file.size());
        var message = "range: the file has " + file.size() + " bytes";
        exchange.answer(new Errors.Failure(416, Errors.type(416), message, null));
        return;
      }
      range.ifPresent(part -> exchange.header("content-range", part.of(file.size())));
      exchange.header("content-type", file.mimeType());
      exchange.header("content-disposition", "attachment; filename*=UTF-8''" + encodedName());
      // Pages of the console have the same origin: a file must not run there as one of them.
      exchange.header("x-content-type-options", "nosniff");
      exchange.header("content-security-policy", "sandbox");
      exchange.answer(
          range.isPresent() ? 206 : 200, range.map(ByteRange::count).orElse(file.size()), content);
    } catch (java.io.IOException e) {
      throw new IllegalStateException("a stored content did not close", e);
    }
  }

  private Optional<ByteRange> range() {
    var header = exchange.header("range");
    var condition = exchange.header("if-range");
    return header == null || (condition != null && !condition.strip().equals(etag))
        ? Optional.empty()
        : ByteRange.of(header, file.size());
  }

  /// Whether the client wants another content, or none.
  private boolean isAnother() {
    var header = exchange.header("if-match");
    return header != null && tags(header).noneMatch(tag -> tag.equals(etag) || tag.equals("*"));
  }

  /// Whether the client has the content already.
  private boolean isKnown() {
    var header = exchange.header("if-none-match");
    return header != null
        && tags(header)
            .map(tag -> tag.replaceFirst("^W/", ""))
            .anyMatch(tag -> tag.equals(etag) || tag.equals("*"));
  }

  private static Stream<String> tags(String header) {
    return Arrays.stream(header.split(",", -1)).map(String::strip);
  }

  /// The name in the encoding of RFC 8187.
  private String encodedName() {
    var encoded = new StringBuilder();
    for (byte b : file.filename().getBytes(StandardCharsets.UTF_8)) {
      char c = (char) (b & 0xff);
      if (c < 128 && (Character.isLetterOrDigit(c) || UNRESERVED.indexOf(c) >= 0)) {
        encoded.append(c);
      } else {
        encoded.append("%%%02X".formatted((int) c));
      }
    }
    return encoded.toString();
  }
}
