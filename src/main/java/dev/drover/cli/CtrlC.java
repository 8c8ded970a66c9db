package dev.drover.cli;

import java.util.concurrent.atomic.AtomicInteger;

/// The handler of Ctrl-C in a run: the first one interrupts the agent, the second one exits at
/// once.
final class CtrlC implements Runnable {
  private final Shell shell;
  private final Conversation conversation;
  private final AtomicInteger presses = new AtomicInteger();

  CtrlC(Shell shell, Conversation conversation) {
    this.shell = shell;
    this.conversation = conversation;
  }

  @Override
  public void run() {
    if (presses.incrementAndGet() == 1) {
      conversation.interrupt();
      return;
    }
    if (shell.live()) {
      shell.out().print(Style.ANSI.plain() + Style.ANSI.wrapped() + Style.ANSI.wipe());
      shell.out().flush();
    }
    shell.err().println("drover: exited at once");
    shell.leave().accept(Ending.Kind.INTERRUPTED.status());
  }
}
