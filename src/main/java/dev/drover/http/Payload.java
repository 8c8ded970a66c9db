package dev.drover.http;

import java.io.InputStream;

/// The body of a request.
public sealed interface Payload {
  /// A text, as UTF-8.
  record Text(String text) implements Payload {}

  /// A stream of unknown length, which is read once. It is not read before the server has agreed to
  /// take it.
  record Stream(InputStream in) implements Payload {}
}
