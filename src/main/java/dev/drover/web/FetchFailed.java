package dev.drover.web;

/// An error: a page cannot be fetched. The message is for the model.
final class FetchFailed extends Exception {
  private static final long serialVersionUID = 1;

  /// The kinds of failures, as the vendor's tool names them.
  enum Code {
    INVALID_INPUT,
    URL_TOO_LONG,
    URL_NOT_ALLOWED,
    URL_NOT_ACCESSIBLE,
    UNSUPPORTED_CONTENT_TYPE,
    CONTENT_TOO_LARGE,
    TOO_MANY_REQUESTS,
    UNAVAILABLE
  }

  private final Code code;

  FetchFailed(Code code, String message) {
    super(message);
    this.code = code;
  }

  Code code() {
    return code;
  }
}
