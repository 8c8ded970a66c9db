package dev.drover.http;

import java.net.URI;
import java.net.http.HttpHeaders;
import java.util.List;
import java.util.Optional;

/// The head of a response, with its body still to be read. To be closed: a body that was not read
/// to its end has its connection cut then.
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

  /// Who answered: after redirects, not the URL that was asked for.
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

  /// Whether the end of the body is known to be its end, and not that of a lost connection.
  public boolean isMeasured() {
    return header("content-length").isPresent() || header("transfer-encoding").isPresent();
  }

  public Incoming body() {
    return body;
  }

  @Override
  public void close() {
    body.close();
  }
}
