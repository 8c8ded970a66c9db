package dev.drover.http;

import java.io.IOException;

/// An error: a request has no response. The message gives the reason in a few words, without the
/// URL.
public final class Unreachable extends IOException {
  private static final long serialVersionUID = 1;

  /// The reason why there is no response.
  public enum Why {
    /// The guard refuses the URL or the address of its host.
    FORBIDDEN,
    /// The host has no address.
    UNKNOWN_HOST,
    /// The connection was refused, or there is no route to the address.
    NO_CONNECTION,
    /// The connection was not established in time.
    CONNECT_TIMEOUT,
    /// TLS failed, or the certificate is not the host's.
    TLS,
    /// The head of the response did not arrive in time.
    NO_ANSWER,
    /// The connection ended before any byte of the response arrived.
    CLOSED,
    /// The connection ended in the middle of the head of the response.
    LOST,
    /// There were more redirects than the request allows, or a redirect that cannot be followed.
    REDIRECT
  }

  private final Why why;
  private final String what;

  /// @param message fit for a log and a client
  public Unreachable(Why why, String message) {
    super(message);
    this.why = why;
    this.what = message;
  }

  Unreachable(Why why, String message, Throwable cause) {
    super(message, cause);
    this.why = why;
    this.what = message;
  }

  /// The message.
  public String what() {
    return what;
  }

  public Why why() {
    return why;
  }

  /// Whether no server accepted a connection.
  public boolean isNoServer() {
    return switch (why) {
      case UNKNOWN_HOST, NO_CONNECTION, CONNECT_TIMEOUT -> true;
      case FORBIDDEN, TLS, NO_ANSWER, CLOSED, LOST, REDIRECT -> false;
    };
  }
}
