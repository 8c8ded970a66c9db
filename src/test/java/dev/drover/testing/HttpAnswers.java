package dev.drover.testing;

import java.util.function.Predicate;

/// HTTP/1.1 without pipelining: a request begins with the first byte that the client says after the
/// server's.
final class HttpAnswers implements Answers {
  private static final int MAX_LINE = 8192;

  private final Predicate<String> isLost;
  private final StringBuilder line = new StringBuilder();
  private boolean inLine = true;
  private boolean clientSpoke;
  private boolean lost;

  /// @param isLost asked once for each request line, as `POST /v1/agents HTTP/1.1`
  HttpAnswers(Predicate<String> isLost) {
    this.isLost = isLost;
  }

  @Override
  public synchronized void asked(byte[] bytes, int length) {
    clientSpoke = true;
    for (int i = 0; i < length && inLine; i++) {
      if (bytes[i] != '\r' && line.length() < MAX_LINE) {
        line.append((char) (bytes[i] & 0xff));
      } else {
        inLine = false;
        lost |= isLost.test(line.toString());
      }
    }
  }

  @Override
  public synchronized int answered(byte[] bytes, int length) {
    if (lost) {
      return 0;
    }
    if (clientSpoke) {
      clientSpoke = false;
      inLine = true;
      line.setLength(0);
    }
    return length;
  }
}
