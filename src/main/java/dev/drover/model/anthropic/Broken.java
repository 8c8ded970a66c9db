package dev.drover.model.anthropic;

/// The stream cannot be read to its end. Never leaves this package: it becomes a failure.
final class Broken extends Exception {
  private static final long serialVersionUID = 1;

  private final String what;

  Broken(String what) {
    super(what);
    this.what = what;
  }

  String what() {
    return what;
  }
}
