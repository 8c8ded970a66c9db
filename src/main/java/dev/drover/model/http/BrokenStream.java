package dev.drover.model.http;

import java.io.IOException;

/// An error: the stream cannot be read to its end. [ModelServer] turns it into a failure.
public final class BrokenStream extends IOException {
  private static final long serialVersionUID = 1;

  private final String what;

  /// @param what a description for clients
  public BrokenStream(String what) {
    super(what);
    this.what = what;
  }

  public String what() {
    return what;
  }
}
