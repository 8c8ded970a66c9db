package dev.drover.cli;

import java.io.IOException;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import picocli.CommandLine.Model.CommandSpec;

/// `drover sessions connect`: follows a session live and sends what the user types.
final class ConnectCommand {
  static final String UNTIL_IDLE = "--until-idle";
  static final String TAIL = "--tail";
  static final int USUAL_TAIL = 100;
  static final String ATTACH = "attach";
  static final String ABOUT = "Follows a session live and sends what you type.";

  private static final String WEB = "--web";

  private final Invocation invocation;

  ConnectCommand(Invocation invocation) {
    this.invocation = invocation;
  }

  /// `drover attach`, which is a shorter name of `drover sessions connect`.
  static CommandSpec attach() {
    var verb = Specs.verb(ATTACH, ABOUT, call -> new ConnectCommand(call).run());
    return Specs.server(declare(Specs.id(verb, "SESSION", "The session's id, or its beginning.")));
  }

  /// Adds the flags and the help of the command.
  static CommandSpec declare(CommandSpec spec) {
    spec.addOption(
        Specs.flag(
            UNTIL_IDLE,
            "Exit when standard input has ended and the turn is over. By default the end of"
                + " standard input detaches."));
    spec.addOption(
        Specs.number(
            TAIL, "The number of earlier events to show first. [default: " + USUAL_TAIL + "]"));
    spec.addOption(Specs.flag(WEB, "Show the session in the console instead, as 'drover open'."));
    spec.usageMessage()
        .footer(
            "",
            "Each line is a message to the agent, or a command:",
            "",
            InputLine.HELP.indent(2).stripTrailing(),
            "",
            "Ctrl-C detaches, and the session continues. With --until-idle the exit status is",
            "0 if the turn has ended, 1 if it failed or is waiting for input.",
            "",
            "Examples:",
            "  drover attach sesn_...",
            "  echo 'List the files' | drover attach sesn_... --until-idle --tail 0");
    return spec;
  }

  /// @return the exit status
  int run() throws Refusal, IOException, InterruptedException {
    var arguments = invocation.arguments();
    if (arguments.has(WEB)) {
      return ConsoleCommand.run(invocation);
    }
    invocation.output().refuseYaml(arguments);
    int tail = arguments.number(TAIL, 0).orElse(USUAL_TAIL);
    var shell = invocation.shell();
    var session = invocation.api().get(invocation.path("/v1/sessions"));
    var inputs = new Inputs();
    var renderer = Renderer.of(shell, invocation.output().json());
    var view = new View(renderer, shell.typed(), Sieve.open());
    view.begin(session);
    var dialogue =
        new Dialogue(invocation.api(), session, view, inputs, arguments.has(UNTIL_IDLE), tail);
    var leaving = new AtomicBoolean();
    Runnable ctrlC =
        () -> {
          if (leaving.getAndSet(true)) {
            shell.leave().accept(Ending.Kind.INTERRUPTED.status());
          }
          inputs.detach();
        };
    try (var _ = shell.signals().handle(List.of("INT"), ctrlC)) {
      inputs.read(shell.in());
      return dialogue.hold();
    }
  }
}
