package dev.drover.gateway.tls;

import java.io.IOException;

/// A TLS handshake that failed. The message says why and completes a sentence that begins with the
/// host, such as "its certificate has expired".
public final class TlsFailure extends IOException {
  private static final long serialVersionUID = 1;

  TlsFailure(String why, Throwable cause) {
    super(why, cause);
  }

  public String why() {
    return String.valueOf(getMessage());
  }
}
