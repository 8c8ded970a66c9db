package dev.drover.brain;

import dev.drover.base.Utf8;
import dev.drover.session.Emission;
import dev.drover.session.Emitted;
import dev.drover.session.EventLog;
import dev.drover.session.Inbox;
import dev.drover.session.Lease;
import dev.drover.session.Slice;
import dev.drover.session.Stored;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalLong;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

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
  private static final Slice ALL =
      Slice.after(0, Integer.MAX_VALUE).within(Integer.MAX_VALUE, Long.MAX_VALUE);

  private final EventLog log;
  private final Lease lease;
  private final SessionFold fold;
  private @Nullable List<Stored> history;
  private long bytes = -1;
  private boolean lost;

  /// @param fold the fold to keep up to date; [#inbox] adds the events after its position
  LogWriter(EventLog log, Lease lease, SessionFold fold) {
    this.log = log;
    this.lease = lease;
    this.fold = fold;
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

  /// The whole log as far as it is folded, private events included. It is read once and then kept
  /// up to date. It never runs ahead of the fold, because events that were appended meanwhile would
  /// be in it twice.
  List<Stored> history() {
    if (history == null) {
      var all = new ArrayList<Stored>();
      pages(0, fold.position(), page -> all.addAll(folded(page)));
      history = all;
    }
    return history;
  }

  /// Frees the memory of [#history]; the next call reads the log again.
  void forgetHistory() {
    history = null;
  }

  private List<Stored> folded(List<Stored> page) {
    return page.stream().filter(stored -> stored.position() <= fold.position()).toList();
  }

  /// The size of the log, in bytes. It is measured once and then kept up to date. A log that fits
  /// is read at once, because it will be needed: measuring it first takes longer than reading it.
  ///
  /// @param fitting the size of the largest log to read, in bytes
  long bytes(long fitting) {
    if (bytes < 0 && history == null && !read(fitting)) {
      bytes = log.measure(lease.session(), ALL).bytes();
    } else if (bytes < 0) {
      bytes = 0;
      grow(history());
    }
    return bytes;
  }

  /// Reads the history if it is small. The first event of a log, the start of a turn, always fits.
  private boolean read(long fitting) {
    if (fold.position() > PAGE) {
      return false;
    }
    var page = log.getEvents(lease.session(), Slice.after(0, PAGE).within(PAGE, fitting));
    var all = new ArrayList<>(folded(page));
    boolean whole = (all.isEmpty() ? 0 : all.getLast().position()) == fold.position();
    history = whole ? all : null;
    return whole;
  }

  private void grow(List<Stored> events) {
    if (bytes >= 0) {
      for (var stored : events) {
        var hidden = stored.hidden();
        bytes += Utf8.length(stored.json());
        bytes += hidden == null ? 0 : Utf8.length(hidden.toString());
      }
    }
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
    grow(appended);
    fold.addAll(appended);
    if (history != null) {
      history.addAll(appended);
    }
  }

  private void catchUp(long end) {
    pages(
        fold.position(),
        end,
        page -> {
          grow(page);
          fold.addAll(page);
          if (history != null) {
            history.addAll(page);
          }
        });
  }

  /// Reads the events after a position, at least up to `end`.
  private void pages(long after, long end, Consumer<List<Stored>> reader) {
    long position = after;
    while (position < end) {
      var page = log.getEvents(lease.session(), Slice.after(position, PAGE));
      if (page.isEmpty()) {
        return;
      }
      reader.accept(page);
      position = page.getLast().position();
    }
  }
}
