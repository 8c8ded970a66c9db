package dev.drover.brain;

import dev.drover.base.Json;
import dev.drover.session.Emission;
import dev.drover.session.Emitted;
import dev.drover.session.Event;
import dev.drover.session.EventLog;
import dev.drover.session.Inbox;
import dev.drover.session.Lease;
import dev.drover.session.Status;
import dev.drover.session.Stored;
import dev.drover.session.Usage;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;

/// Writes one session's log under one lease, and keeps what was read of it up to date. One thread.
final class Pen {
  /// What a brain does after an append.
  enum Next {
    /// Plan again.
    GO_ON,
    /// Stop: the session rests, or somebody else has it.
    STOP
  }

  private static final int PAGE = 1_000;

  private final EventLog log;
  private final Lease lease;
  private final Fold fold;
  private @Nullable List<Stored> history;

  /// @param fold is fed what follows its position before this returns
  Pen(EventLog log, Lease lease, Fold fold) {
    this.log = log;
    this.lease = lease;
    this.fold = fold;
    pages(fold.position(), fold::addAll);
  }

  Fold fold() {
    return fold;
  }

  Inbox inbox() {
    return log.inbox(lease.session());
  }

  /// The whole log, private events included. Read once, then kept up by what is written.
  List<Stored> history() {
    if (history == null) {
      var all = new ArrayList<Stored>();
      pages(0, all::addAll);
      history = all;
    }
    return history;
  }

  /// Appends in the middle of a turn.
  Next write(Status status, List<Emission.Entry> entries) {
    return append(new Emission(entries, status, fold.reported(), false, OptionalLong.empty()));
  }

  /// Appends the end of a turn. If nothing else is in the inbox, the session rests.
  ///
  /// @param taken how many of the inbox's events are among the entries
  Next endTurn(List<Emission.Entry> entries, Usage usage, Inbox inbox, int taken) {
    return append(new Emission(entries, Status.IDLE, usage, true, rest(inbox, taken)));
  }

  /// Appends to a session that is idle and stays so. If nothing else is in the inbox, it rests.
  Next stayIdle(List<Emission.Entry> entries, Inbox inbox, int taken) {
    return append(new Emission(entries, fold.status(), fold.reported(), false, rest(inbox, taken)));
  }

  static Emission.Entry entry(Event event) {
    return new Emission.Entry(event, null);
  }

  static Emission.Entry entry(Event event, Json.Obj hidden) {
    return new Emission.Entry(event, hidden);
  }

  private static OptionalLong rest(Inbox inbox, int taken) {
    return inbox.queued().size() == taken
        ? OptionalLong.of(inbox.received())
        : OptionalLong.empty();
  }

  private Next append(Emission emission) {
    return switch (log.emitEvents(lease, emission)) {
      case Emitted.Appended appended -> {
        fold.addAll(appended.events());
        if (history != null) {
          history.addAll(appended.events());
        }
        yield emission.restIfReceived().isPresent() ? Next.STOP : Next.GO_ON;
      }
      case Emitted.InboxMoved _ -> Next.GO_ON;
      case Emitted.LeaseLost _ -> Next.STOP;
    };
  }

  private void pages(long after, java.util.function.Consumer<List<Stored>> reader) {
    long position = after;
    while (true) {
      var page = log.getEvents(lease.session(), dev.drover.session.Slice.after(position, PAGE));
      reader.accept(page);
      if (page.size() < PAGE) {
        return;
      }
      position = page.getLast().position();
    }
  }
}
