package dev.drover.store.blobs;

import dev.drover.http.Payload;
import dev.drover.http.Response;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Path;
import java.time.Instant;
import java.time.format.DateTimeParseException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/// The objects of a bucket. Safe for many threads.
final class S3Objects {
  /// The longest answer that is XML: a page of a list.
  private static final int MOST = 8 << 20;

  private final S3Client client;

  S3Objects(S3Client client) {
    this.client = client;
  }

  /// Stores a file as an object of a new name; the object is visible when it is complete.
  void put(String key, Path file, long size) throws S3Failure, InterruptedException {
    if (size > S3Upload.PART) {
      S3Upload.run(this, key, file, size);
    } else {
      var call = S3Call.of("PUT", key).sending(new Payload.FilePart(file, 0, size));
      client.call(call, S3Objects::text);
    }
  }

  /// Stores a short text as an object.
  void put(String key, String text) throws S3Failure, InterruptedException {
    client.call(S3Call.of("PUT", key).sending(new Payload.Text(text)), S3Objects::text);
  }

  /// A short text that is stored as an object; empty if there is no such object.
  Optional<String> text(String key) throws S3Failure, InterruptedException {
    try {
      return Optional.of(client.call(S3Call.of("GET", key), S3Objects::text));
    } catch (S3Failure e) {
      if (e.isMissingObject()) {
        return Optional.empty();
      }
      throw e;
    }
  }

  /// A content that is being read.
  ///
  /// @param size of what is read, in bytes
  record Opened(InputStream in, long size) {}

  /// Empty if there is no such object.
  Optional<Opened> get(String key) throws S3Failure, InterruptedException {
    return opened(S3Call.of("GET", key));
  }

  /// As [#get(String)], but a part of the object.
  Optional<Opened> get(String key, long from, long count) throws S3Failure, InterruptedException {
    // An empty range cannot be requested.
    long last = count == 0 ? from : Math.addExact(from, Math.min(count, Long.MAX_VALUE - from) - 1);
    var call = S3Call.of("GET", key).header("range", "bytes=" + from + "-" + last);
    try {
      var part = opened(call);
      if (count > 0 || part.isEmpty()) {
        return part;
      }
      close(part.get());
    } catch (S3Failure e) {
      if (!e.isBehindTheEnd()) {
        throw e;
      }
    }
    return Optional.of(new Opened(InputStream.nullInputStream(), 0));
  }

  private static void close(Opened opened) throws S3Failure {
    try {
      opened.in.close();
    } catch (IOException e) {
      throw S3Failure.of(e);
    }
  }

  private Optional<Opened> opened(S3Call call) throws S3Failure, InterruptedException {
    int expected = call.headers().containsKey("range") ? 206 : 200;
    try {
      return Optional.of(client.call(call, response -> opened(response, expected)));
    } catch (S3Failure e) {
      if (e.isMissingObject()) {
        return Optional.empty();
      }
      throw e;
    }
  }

  private static Opened opened(Response response, int expected) throws IOException {
    if (response.status() != expected) {
      throw new IOException("status " + response.status());
    }
    var length = response.header("content-length").orElse("");
    if (!length.matches("[0-9]{1,18}")) {
      throw new IOException("no length");
    }
    return new Opened(response.stream(S3Client.IDLE), Long.parseLong(length));
  }

  /// Does nothing if there is no such object.
  void delete(String key) throws S3Failure, InterruptedException {
    try {
      client.call(S3Call.of("DELETE", key), S3Objects::text);
    } catch (S3Failure e) {
      if (!e.isMissingObject()) {
        throw e;
      }
    }
  }

  /// An object, or an upload that is not complete.
  ///
  /// @param size in bytes; 0 for an upload
  /// @param upload empty for an object
  record Entry(String key, Instant time, long size, String upload) {}

  /// @param next the call for the next page; empty on the last one
  record Listing(List<Entry> entries, Optional<S3Call> next) {}

  /// The first page of the objects whose names begin with a prefix.
  static S3Call list(String prefix) {
    return S3Call.of("GET", "").query("list-type", "2").query("prefix", prefix);
  }

  Listing objects(S3Call page) throws S3Failure, InterruptedException {
    return xml(
        page,
        "ListBucketResult",
        xml -> {
          var entries = new ArrayList<Entry>();
          for (var element : xml.all("Contents").toList()) {
            var size = size(element);
            entries.add(entry(element, "LastModified", size, ""));
          }
          var next = xml.text("NextContinuationToken");
          return new Listing(entries, next.map(token -> page.query("continuation-token", token)));
        });
  }

  /// The first page of the uploads of objects whose names begin with a prefix.
  static S3Call listUploads(String prefix) {
    return S3Call.of("GET", "").query("uploads", "").query("prefix", prefix);
  }

  Listing uploads(S3Call page) throws S3Failure, InterruptedException {
    return xml(
        page,
        "ListMultipartUploadsResult",
        xml -> {
          var entries = new ArrayList<Entry>();
          for (var element : xml.all("Upload").toList()) {
            entries.add(entry(element, "Initiated", 0, element.required("UploadId")));
          }
          if (!xml.text("IsTruncated").orElse("").equals("true")) {
            return new Listing(entries, Optional.empty());
          }
          var next =
              page.query("key-marker", xml.required("NextKeyMarker"))
                  .query("upload-id-marker", xml.required("NextUploadIdMarker"));
          return new Listing(entries, Optional.of(next));
        });
  }

  private static long size(XmlElement element) throws IOException {
    try {
      return Long.parseLong(element.required("Size"));
    } catch (NumberFormatException e) {
      throw new IOException("a malformed size", e);
    }
  }

  private static Entry entry(XmlElement element, String time, long size, String upload)
      throws IOException {
    try {
      return new Entry(
          element.required("Key"), Instant.parse(element.required(time)), size, upload);
    } catch (DateTimeParseException e) {
      throw new IOException("a malformed time", e);
    }
  }

  <T> T call(S3Call call, S3Client.Reading<T> reading) throws S3Failure, InterruptedException {
    return client.call(call, reading);
  }

  /// Takes a value from an answer that is XML.
  interface Taking<T> {
    T take(XmlElement xml) throws IOException;
  }

  /// @param root the name of the element of an answer that reports a success
  <T> T xml(S3Call call, String root, Taking<T> taking) throws S3Failure, InterruptedException {
    return client.call(call, response -> taking.take(xml(response, root)));
  }

  private static XmlElement xml(Response response, String root)
      throws IOException, InterruptedException {
    var xml = XmlElement.read(text(response));
    if (xml.name().equals("Error")) {
      throw S3Failure.of(xml);
    }
    if (!xml.name().equals(root)) {
      throw new IOException("<" + xml.name() + "> instead of <" + root + ">");
    }
    return xml;
  }

  /// Reads an answer to its end, so that the connection can be used again.
  static String text(Response response) throws IOException, InterruptedException {
    try (response) {
      return response.body().text(S3Client.IDLE, MOST);
    }
  }
}
