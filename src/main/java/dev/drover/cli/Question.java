package dev.drover.cli;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Locale;

/// Questions to the user at a terminal.
final class Question {
  private static final int MAX_BYTES = 1_000;

  private final Shell shell;

  Question(Shell shell) {
    this.shell = shell;
  }

  /// Whether there is a user to ask.
  boolean isPossible() {
    return shell.terminal() && shell.typed();
  }

  /// Asks, and returns the answer in lower case; empty at the end of the input.
  String ask(String prompt) throws IOException {
    shell.out().flush();
    shell.err().print(prompt + " ");
    shell.err().flush();
    var line = new ByteArrayOutputStream();
    for (int b = shell.in().read(); b >= 0 && b != '\n' && line.size() < MAX_BYTES; ) {
      line.write(b);
      b = shell.in().read();
    }
    return line.toString(StandardCharsets.UTF_8).strip().toLowerCase(Locale.ROOT);
  }

  boolean isYes(String prompt) throws IOException {
    return ask(prompt).startsWith("y");
  }
}
