package dev.drover.store.blobs;

import dev.drover.http.Response;
import dev.drover.http.Unreachable;
import java.io.IOException;
import java.time.Duration;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// A call that failed: without an answer, or with an error of the server. The message contains no
/// secret.
final class S3Failure extends IOException {
  private static final long serialVersionUID = 1;

  private static final Duration PATIENCE = Duration.ofSeconds(10);
  private static final int MOST = 1 << 16;
  private static final int SHOWN = 200;

  private final int status;
  private final String code;

  private S3Failure(int status, String code, String message, @Nullable Throwable cause) {
    super(message, cause);
    this.status = status;
    this.code = code;
  }

  static S3Failure of(Unreachable cause) {
    return new S3Failure(0, "", cause.what(), cause);
  }

  /// An answer that is cut, or is not what the call asks for.
  static S3Failure of(IOException cause) {
    return cause instanceof S3Failure failure
        ? failure
        : new S3Failure(0, "", "unreadable answer: " + cause.getMessage(), cause);
  }

  /// An answer with the status of an error; reads it to its end.
  static S3Failure of(Response response) throws InterruptedException {
    var xml = xml(response);
    var code = xml.flatMap(error -> error.text("Code")).orElse("");
    var message = "status " + response.status() + " " + code;
    return new S3Failure(response.status(), shown(code), shown(message).strip(), null);
  }

  /// An error in the body of an answer whose status says nothing.
  static S3Failure of(XmlElement error) {
    var code = error.text("Code").orElse("");
    return new S3Failure(500, shown(code), shown("status 200 " + code), null);
  }

  private static Optional<XmlElement> xml(Response response) throws InterruptedException {
    try {
      return Optional.of(XmlElement.read(response.body().text(PATIENCE, MOST)));
    } catch (IOException _) {
      return Optional.empty();
    }
  }

  private static String shown(String text) {
    return text.replaceAll("[^ -~]", "?").substring(0, Math.min(SHOWN, text.length()));
  }

  boolean isMissingObject() {
    return status == 404 && (code.isEmpty() || code.equals("NoSuchKey"));
  }

  boolean isMissingUpload() {
    return status == 404 && code.equals("NoSuchUpload");
  }

  /// Whether a part of an object was requested that begins at its end or after it.
  boolean isBehindTheEnd() {
    return status == 416;
  }

  /// Whether the same call may succeed a moment later.
  boolean mayPass() {
    return status == 0
        || status >= 500
        || status == 429
        || status == 408
        || code.equals("RequestTimeout")
        || code.equals("OperationAborted");
  }
}
