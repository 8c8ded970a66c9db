package dev.drover.brain;

import dev.drover.session.SessionError;
import java.util.List;

/// One run of a brain on one session, from its wake until the session rests. [Plan] decides;
/// [Asking], [Acting] and [Endings] carry out the steps. One thread; long operations run on threads
/// of their own, which end with the step, while this thread waits for the bell.
final class Wake {
  private final WakeContext at;
  private final LogWriter writer;
  private final Asking asking;
  private final Acting acting;
  private final Endings endings;

  Wake(WakeContext at) {
    this.at = at;
    writer = at.writer();
    endings = new Endings(at);
    acting = new Acting(at);
    asking = new Asking(at, endings, new Cloning(at, acting::keep));
  }

  /// Works until the session rests or another node holds it; then that node gets the session's
  /// hand, too.
  void run() throws InterruptedException {
    try (var _ = at.early()) {
      steps();
    }
    if (writer.lost()) {
      at.harness().hands().leave(at.session());
    }
  }

  private void steps() throws InterruptedException {
    LogWriter.Next next;
    do {
      var inbox = at.inbox();
      var step = Plan.next(at.fold(), inbox, at.budgetReached(), at.harness().maxToolRounds());
      if (!(step instanceof Step.Act)) {
        at.early().cancel();
      }
      next =
          switch (step) {
            case Step.Ask ask -> asking.ask(ask);
            case Step.BackOff backOff -> asking.backOff(backOff);
            case Step.Act act -> acting.act(act);
            case Step.Interrupt interrupt -> {
              acting.stop(at.fold().unanswered());
              yield endings.interrupt(interrupt.interrupts(), inbox);
            }
            case Step.End end -> endings.end(end.reason(), end.error(), inbox);
            case Step.GiveUp giveUp -> endings.giveUp(giveUp.error(), giveUp.unanswered(), inbox);
            case Step.Rest _ -> writer.write(List.of(), inbox, true);
          };
    } while (next == LogWriter.Next.GO_ON);
  }

  /// Ends the turn because of an internal error.
  void abandon(String why) {
    var error = new SessionError(SessionError.Type.UNKNOWN, why, SessionError.Retry.EXHAUSTED);
    LogWriter.Next next;
    do {
      next = endings.giveUp(error, Endings.INTERRUPTED, at.inbox());
    } while (next == LogWriter.Next.GO_ON);
  }
}
