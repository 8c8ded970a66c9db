package dev.drover.vault;

import dev.drover.http.Incoming;
import dev.drover.http.Response;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;

/// The response of another server to a request with a secret.
///
/// @param contentType may be empty
/// @param body the beginning of the body
/// @param truncated whether the body is longer
public record CapturedResponse(int status, String contentType, String body, boolean truncated) {
  /// The number of bytes that are read.
  static final int MOST = 64 * 1024;

  /// The number of characters that are shown.
  private static final int SHOWN = 4_096;

  /// Reads a response, and closes it.
  ///
  /// @param nanos when to stop, by `System.nanoTime()`
  /// @throws IOException if the connection is lost, or if the body takes too long
  static CapturedResponse read(Response response, long nanos)
      throws IOException, InterruptedException {
    try (response) {
      var bytes = new ByteArrayOutputStream();
      boolean more = more(response.body(), bytes, nanos);
      return new CapturedResponse(
          response.status(),
          response.header("content-type").orElse(""),
          bytes.toString(StandardCharsets.UTF_8),
          more);
    }
  }

  private static boolean more(Incoming body, ByteArrayOutputStream bytes, long nanos)
      throws IOException, InterruptedException {
    while (bytes.size() <= MOST) {
      var chunk = body.next(Duration.ofNanos(nanos - System.nanoTime()));
      if (chunk == null) {
        return false;
      }
      bytes.write(chunk, 0, Math.min(chunk.length, MOST + 1 - bytes.size()));
    }
    return true;
  }

  /// Whether the server does not accept the secret.
  boolean isRejection() {
    return status == 401 || status == 403;
  }

  boolean isSuccess() {
    return status >= 200 && status < 300;
  }

  /// This response without secrets, for clients.
  CapturedResponse shown(Scrubber scrubber) {
    var clean = scrubber.clean(body);
    boolean cut = clean.length() > SHOWN;
    return new CapturedResponse(
        status,
        scrubber.clean(contentType.substring(0, Math.min(contentType.length(), 255))),
        cut ? clean.substring(0, SHOWN) : clean,
        truncated || cut);
  }

  /// The body may contain a secret.
  @Override
  public String toString() {
    return "CapturedResponse[" + status + "]";
  }
}
