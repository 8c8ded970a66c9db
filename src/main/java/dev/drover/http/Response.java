package dev.drover.http;

import java.io.InputStream;
import java.net.URI;
import java.net.http.HttpHeaders;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/// The head of a response, and its unread body. It must be closed; this closes the connection if
/// the body was not read to its end.
public final class Response implements AutoCloseable {
  private final URI url;
  private final int status;
  private final HttpHeaders headers;
  private final Incoming body;

  Response(URI url, int status, HttpHeaders headers, Incoming body) {
    this.url = url;
    this.status = status;
    this.headers = headers;
    this.body = body;
  }

  /// The URL that answered. After redirects, this is not the requested one.
  public URI url() {
    return url;
  }

  public int status() {
    return status;
  }

  /// The first value of a header.
  public Optional<String> header(String name) {
    return headers.firstValue(name);
  }

  /// All values of a header.
  public List<String> headers(String name) {
    return headers.allValues(name);
  }

  /// Whether the end of the body can be distinguished from a lost connection.
  public boolean isMeasured() {
    return header("content-length").isPresent() || header("transfer-encoding").isPresent();
  }

  public Incoming body() {
    return body;
  }

  /// The body as a stream, which closes this response.
  ///
  /// @param patience the maximum time to wait for each chunk
  public InputStream stream(Duration patience) {
    return new IncomingStream(this, patience);
  }

  @Override
  public void close() {
    body.close();
  }
}
