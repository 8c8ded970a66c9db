package dev.drover.cli;

import java.io.IOException;
import java.time.Duration;
import java.util.List;

/// One message to a session and the turn that follows, shown live to its end. Ctrl-C interrupts the
/// agent; a second one exits at once.
final class FollowedTurn {
  private final Invocation call;
  private final String session;

  FollowedTurn(Invocation call, String session) {
    this.call = call;
    this.session = session;
  }

  /// @param model to show
  /// @return the exit status
  int run(String model, String message) throws Refusal, IOException, InterruptedException {
    var shell = call.shell();
    long start = System.nanoTime();
    var renderer = Renderer.of(shell, call.output().json());
    renderer.begin(session, model);
    var conversation = new Conversation(call.api(), session, renderer);
    Ending ending;
    try (var _ = shell.signals().handle(List.of("INT"), new CtrlC(shell, conversation))) {
      ending = conversation.hold(message);
    }
    renderer.end(
        ending,
        conversation.usage(),
        Duration.ofNanos(System.nanoTime() - start),
        "To go on: " + shell.command() + " attach " + session);
    return ending.kind().status();
  }
}
