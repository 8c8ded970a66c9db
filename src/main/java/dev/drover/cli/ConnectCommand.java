package dev.drover.cli;

import java.io.IOException;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;

/// `drover sessions connect`: follows a session live and sends what the user types.
final class ConnectCommand {
  static final String UNTIL_IDLE = "--until-idle";
  static final String TAIL = "--tail";
  static final int USUAL_TAIL = 100;

  private final Invocation invocation;

  ConnectCommand(Invocation invocation) {
    this.invocation = invocation;
  }

  /// @return the exit status
  int run() throws Refusal, IOException, InterruptedException {
    var arguments = invocation.arguments();
    int tail = arguments.number(TAIL, 0).orElse(USUAL_TAIL);
    var shell = invocation.shell();
    var session = invocation.api().get(invocation.path("/v1/sessions"));
    var inputs = new Inputs();
    var view = new View(renderer(), shell.typed());
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

  private Renderer renderer() {
    var shell = invocation.shell();
    return invocation.output().json()
        ? new JsonRenderer(shell.out(), shell.err())
        : shell.live()
            ? new LiveRenderer(shell.out(), shell.err(), shell.width(), System::nanoTime)
            : new PlainRenderer(shell.out(), shell.err());
  }
}
