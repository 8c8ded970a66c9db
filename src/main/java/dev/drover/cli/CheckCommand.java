package dev.drover.cli;

import dev.drover.base.Json;
import dev.drover.base.Problem;
import java.util.Map;

/// `drover check`: verifies that a store is consistent.
final class CheckCommand {
  /// The exit status if the store could not be checked, or the findings could not be printed.
  static final int COULD_NOT_LOOK = 2;

  private final Shell shell;
  private final Checking checking;

  CheckCommand(Shell shell, Checking checking) {
    this.shell = shell;
    this.checking = checking;
  }

  /// @return the exit status: 1 if there are findings, 2 if the check could not run
  int run(Map<String, String> flags, boolean json) {
    var output = new Output(shell, json);
    var told = new Told(output);
    Checking.Tally tally;
    try {
      tally = checking.run(flags, told);
    } catch (Problem problem) {
      shell.out().flush();
      shell.err().println("drover: " + Sanitized.output(problem.getMessage()));
      return COULD_NOT_LOOK;
    }
    output.line(
        json
            ? Json.obj(
                    "type", "summary",
                    "store", tally.store(),
                    "sessions", tally.sessions(),
                    "events", tally.events(),
                    "findings", told.findings)
                .toString()
            : "%s: %s, %s, %s"
                .formatted(
                    tally.store(),
                    count(tally.sessions(), "session"),
                    count(tally.events(), "event"),
                    count(told.findings, "finding")));
    return told.findings == 0 ? 0 : 1;
  }

  private static String count(long number, String what) {
    return number + " " + what + (number == 1 ? "" : "s");
  }

  private static final class Told implements Checking.Hearer {
    private final Output output;
    private long findings;

    Told(Output output) {
      this.output = output;
    }

    @Override
    public void finding(String session, long position, String sentence) {
      findings++;
      if (output.json()) {
        output.line(
            Json.obj(
                    "type",
                    "finding",
                    "session",
                    session.isEmpty() ? null : session,
                    "position",
                    position == 0 ? null : position,
                    "sentence",
                    sentence)
                .toString());
      } else {
        output.line(
            Sanitized.line(
                (session.isEmpty() ? "-" : session) + "  " + position + "  " + sentence));
      }
    }

    @Override
    public void note(String session, String sentence) {
      output.line(
          output.json()
              ? Json.obj("type", "note", "session", session, "sentence", sentence).toString()
              : Sanitized.line(session + "  note: " + sentence));
    }
  }
}
