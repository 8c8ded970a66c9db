package dev.drover.store.blobs;

import dev.drover.base.Problem;
import dev.drover.http.Payload;
import dev.drover.http.Response;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/// Stores a large object in parts. The server shows the object when all parts are complete. The
/// parts of an upload that is not completed use space until the upload is aborted: if storing
/// fails, here; if the thread is interrupted or the process dies, when old uploads are looked for.
///
/// @param id the server's id of the upload
record S3Upload(S3Objects objects, String key, String id) {
  /// The size of a part, in bytes. S3 allows 10,000 parts.
  static final long PART = 16L << 20;

  private static final int AT_ONCE = 2;

  private static final String CHECKSUM = "x-amz-checksum-sha256";

  /// A part that is stored, as the server names it.
  private record Part(int number, String etag, Optional<String> checksum) {
    static Part of(int number, Response response) throws IOException, InterruptedException {
      S3Objects.text(response);
      var etag = response.header("etag").orElseThrow(() -> new IOException("no etag of a part"));
      return new Part(number, etag, response.header(CHECKSUM));
    }

    String xml() {
      return "<Part><PartNumber>%d</PartNumber><ETag>%s</ETag>%s</Part>"
          .formatted(
              number,
              escaped(etag),
              checksum
                  .map(it -> "<ChecksumSHA256>" + escaped(it) + "</ChecksumSHA256>")
                  .orElse(""));
    }

    private static String escaped(String text) {
      return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;");
    }
  }

  static void run(S3Objects objects, String key, Path file, long size)
      throws S3Failure, InterruptedException {
    var begin =
        S3Call.of("POST", key).query("uploads", "").header("x-amz-checksum-algorithm", "SHA256");
    var id = objects.xml(begin, "InitiateMultipartUploadResult", xml -> xml.required("UploadId"));
    var upload = new S3Upload(objects, key, id);
    try {
      upload.complete(upload.parts(file, size));
    } catch (S3Failure | Problem e) {
      upload.abandon();
      throw e;
    }
  }

  /// Stores the parts, some at once: while one is being hashed here, another one is on its way.
  private List<Part> parts(Path file, long size) throws S3Failure, InterruptedException {
    int count = Math.toIntExact((size + PART - 1) / PART);
    var parts = new ConcurrentSkipListMap<Integer, Part>();
    var failure = new AtomicReference<@Nullable S3Failure>();
    AtOnce.each(
        IntStream.rangeClosed(1, count).boxed().toList(),
        AT_ONCE,
        number -> {
          long from = (number - 1) * PART;
          try {
            if (failure.get() == null) {
              var payload = new Payload.FilePart(file, from, Math.min(PART, size - from));
              parts.put(number, part(number, payload));
            }
          } catch (S3Failure e) {
            failure.compareAndSet(null, e);
          }
        });
    var failed = failure.get();
    if (failed != null) {
      throw failed;
    }
    return List.copyOf(parts.values());
  }

  private Part part(int number, Payload payload) throws S3Failure, InterruptedException {
    var call = call("PUT").query("partNumber", Integer.toString(number)).sending(payload);
    return objects.call(call, response -> Part.of(number, response));
  }

  private void complete(List<Part> parts) throws S3Failure, InterruptedException {
    var xml = new StringBuilder("<CompleteMultipartUpload>");
    parts.forEach(part -> xml.append(part.xml()));
    var body = new Payload.Text(xml.append("</CompleteMultipartUpload>").toString());
    try {
      objects.xml(call("POST").sending(body), "CompleteMultipartUploadResult", _ -> true);
    } catch (S3Failure e) {
      if (!e.isMissingUpload() || !exists()) { // an earlier try may have completed it
        throw e;
      }
    }
  }

  private boolean exists() throws S3Failure, InterruptedException {
    return objects.get(key, 0, 0).isPresent();
  }

  /// Removes its parts. Does nothing if there is no such upload.
  void abort() throws S3Failure, InterruptedException {
    try {
      objects.call(call("DELETE"), S3Objects::text);
    } catch (S3Failure e) {
      if (!e.isMissingUpload()) {
        throw e;
      }
    }
  }

  private void abandon() {
    try {
      abort();
    } catch (InterruptedException _) {
      Thread.currentThread().interrupt();
    } catch (S3Failure | Problem _) {
      // it is found again when it is old
    }
  }

  private S3Call call(String method) {
    return S3Call.of(method, key).query("uploadId", id);
  }
}
