package dev.drover.cli;

/// The end of a run.
///
/// @param detail further words, safe for a terminal; may be empty
record Ending(Kind kind, String detail) {

  enum Kind {
    DONE("done", 0),
    INTERRUPTED("interrupted", 130),
    WAITING("waiting for input", 1),
    EXHAUSTED("gave up", 1),
    REFUSED("the model refused", 1),
    STOPPED("stopped", 1),
    TERMINATED("the session has ended", 1),
    LOST("lost the connection to the server", 1);

    private final String words;
    private final int status;

    Kind(String words, int status) {
      this.words = words;
      this.status = status;
    }

    /// The exit status of the process.
    int status() {
      return status;
    }
  }

  static Ending of(Kind kind) {
    return new Ending(kind, "");
  }

  String words() {
    return detail.isEmpty() ? kind.words : kind.words + ": " + detail;
  }
}
