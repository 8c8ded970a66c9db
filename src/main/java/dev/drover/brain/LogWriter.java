package dev.drover.brain;

import dev.drover.session.Emission;
import dev.drover.session.Emitted;
import dev.drover.session.EventLog;
import dev.drover.session.Inbox;
import dev.drover.session.Lease;
import dev.drover.session.Slice;
import dev.drover.session.Stored;
import dev.drover.session.ThreadKey;
import java.util.List;
import java.util.OptionalLong;

/// The writer of one session's log under one lease. It keeps the fold and the history of the log up
/// to date. One thread.
final class LogWriter {
  /// What a brain does after an append.
  enum Next {
    /// Plan again.
    GO_ON,
    /// Stop: the session rests, or another node holds it.
    STOP
  }

  private static final int PAGE = 1_000;

  private final EventLog log;
  private final Lease lease;
  private final SessionFold fold;
  private final RecentLog history;
  private boolean lost;

  /// @param fold the fold to keep up to date; [#inbox] adds the events after its position
  /// @param thread the thread whose requests are made from [#history]
  LogWriter(EventLog log, Lease lease, SessionFold fold, ThreadKey thread) {
    this.log = log;
    this.lease = lease;
    this.fold = fold;
    history = new RecentLog(log, lease.session(), thread);
  }

  SessionFold fold() {
    return fold;
  }

  /// Whether an append found that the lease is lost.
  boolean lost() {
    return lost;
  }

  /// The waiting events that can be processed. The events that are in the log by then are folded
  /// before this returns.
  Inbox inbox() {
    var inbox = log.inbox(lease.session());
    catchUp(inbox.head());
    return inbox.known();
  }

  /// The events that requests depend on, as far as they are folded. They never run ahead of the
  /// fold, because events that were appended meanwhile would be in them twice.
  List<Stored> history() {
    return history.events(fold.position());
  }

  /// The events before those of [#history], for a new chapter.
  Past past() {
    return history.past(fold.position());
  }

  /// Frees the memory of [#history]; the next call reads the log again.
  void forgetHistory() {
    history.forget();
  }

  /// The size of [#history], in bytes.
  ///
  /// @param fitting the size of the largest log to read for that, in bytes
  long bytes(long fitting) {
    return history.bytes(fold.position(), fitting);
  }

  /// Appends events; the session does not rest after them.
  Next write(List<Emission.Entry> entries) {
    return append(new Emission(entries));
  }

  /// Appends, unless a client has sent an event since `inbox` was read.
  ///
  /// @param rests whether the session rests after the append
  Next write(List<Emission.Entry> entries, Inbox inbox, boolean rests) {
    return append(new Emission(entries, OptionalLong.of(inbox.received()), rests));
  }

  private Next append(Emission emission) {
    return switch (log.emitEvents(lease, emission.knowing(fold.position()))) {
      case Emitted.Appended appended -> {
        add(appended.events());
        yield emission.rests() ? Next.STOP : Next.GO_ON;
      }
      case Emitted.InboxMoved _ -> Next.GO_ON;
      case Emitted.LeaseLost _ -> {
        lost = true;
        yield Next.STOP;
      }
    };
  }

  private void add(List<Stored> appended) {
    if (!appended.isEmpty() && appended.getFirst().position() > fold.position() + 1) {
      catchUp(appended.getLast().position()); // a client's event came before them
      return;
    }
    fold.addAll(appended);
    history.add(appended);
  }

  /// Reads the events after the fold's position, at least up to `end`.
  private void catchUp(long end) {
    while (fold.position() < end) {
      var page = log.getEvents(lease.session(), Slice.after(fold.position(), PAGE));
      if (page.isEmpty()) {
        return;
      }
      fold.addAll(page);
      history.add(page);
    }
  }
}
