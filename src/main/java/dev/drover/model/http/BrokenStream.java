package dev.drover.model.http;

import java.io.IOException;

/// The stream cannot be read to its end. Never leaves [ModelServer]: it becomes a failure.
public final class BrokenStream extends IOException {
  private static final long serialVersionUID = 1;

  private final String what;

  /// @param what fit for a client
  public BrokenStream(String what) {
    super(what);
    this.what = what;
  }

  public String what() {
    return what;
  }
}
