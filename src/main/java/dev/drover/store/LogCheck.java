package dev.drover.store;

import dev.drover.session.Event;
import dev.drover.session.EventId;
import dev.drover.session.SessionId;
import dev.drover.session.Status;
import dev.drover.session.Stored;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Objects;
import java.util.Set;

/// A check of one session's whole log and of the row that caches it: it reports where they are not
/// as Drover writes them. It also checks the inbox if that is added. Row, log and inbox must be
/// from one moment: from a snapshot, or from a session to which nothing is written. The ids of the
/// log are held in memory. One thread; used once.
public final class LogCheck {
  /// The maximum number of findings of one session that are reported.
  public static final int MAX_FINDINGS = 100;

  /// A defect that was found.
  ///
  /// @param position the position of the event with the defect; 0 for the row
  public record Finding(SessionId session, long position, String sentence) {}

  private final SessionId session;
  private final SessionState row;
  private final TurnGrammar turns = new TurnGrammar(this::found);
  private final Set<EventId> ids = new HashSet<>();
  private final List<Finding> findings = new ArrayList<>();
  private long at;
  private long fromClients;
  private long newestEpoch;
  private Instant last = Instant.EPOCH;
  private Awaited awaited = Awaited.NOTHING;
  private boolean unreadable;
  private boolean newer;
  private boolean inboxTold;
  private boolean mayWait;
  private long waiting;
  private long unknown;

  /// @param row the row of the session
  public LogCheck(SessionId session, SessionState row) {
    this.session = session;
    this.row = row;
  }

  /// Adds the next event, in the order of positions.
  ///
  /// @param epoch the epoch of the lease that wrote it; 0 if there was none, or if the store does
  ///   not record it
  public void add(Stored stored, long epoch) {
    moveTo(stored.position());
    if (!ids.add(stored.event().id())) {
      found(at, "has the id %s of an earlier event".formatted(stored.event().id()));
    }
    if (!stored.processedAt().isAfter(last)) {
      found(at, "is of %s, not later than the event before".formatted(stored.processedAt()));
    }
    last = stored.processedAt();
    checkEpoch(epoch);
    var event = stored.event();
    if (event instanceof Event.FromClient || event instanceof Event.SessionUpdated) {
      fromClients++;
    }
    newer = newer || event instanceof Event.Unknown;
    turns.add(stored, awaited);
    awaited = event instanceof Event.StatusTerminated ? Awaited.NOTHING : awaited.after(stored);
  }

  /// As [#add], for an event that cannot be read. The row is then not compared with the log.
  ///
  /// @param why as a sentence whose subject is the event
  public void addUnreadable(long position, String why) {
    moveTo(position);
    found(position, why);
    unreadable = true;
  }

  private void moveTo(long position) {
    if (position != at + 1) {
      found(position, "follows position %d: the log is not dense".formatted(at));
    }
    at = position;
  }

  /// Adds an event that waits in the inbox, after the last event of the log.
  public void addWaiting(long sequence, EventId id) {
    waiting++;
    if (sequence < 1 || sequence > row.received()) {
      found(0, "the inbox has number %d of %d received".formatted(sequence, row.received()));
    }
    if (!ids.add(id)) {
      found(0, "the inbox contains %s, which is already in the log or the inbox".formatted(id));
    }
  }

  /// As [#addWaiting(long, EventId)], for an event that only a newer version can process. Such an
  /// event may wait in any status.
  public void addUnknown(long sequence, EventId id) {
    addWaiting(sequence, id);
    unknown++;
  }

  /// Ends the inbox: all waiting events were added.
  ///
  /// @param budget whether the session has a budget: if it is reached, messages wait until it is
  ///   raised
  public void endInbox(boolean budget) {
    inboxTold = true;
    mayWait = budget;
  }

  private void checkEpoch(long epoch) {
    if (epoch == 0) {
      return;
    }
    if (epoch < newestEpoch) {
      found(at, "was written under epoch %d, after epoch %d".formatted(epoch, newestEpoch));
    }
    if (epoch > row.epoch()) {
      found(at, "was written under epoch %d, which the row does not know".formatted(epoch));
    }
    newestEpoch = Math.max(epoch, newestEpoch);
  }

  /// Whether there are findings so far.
  boolean hasFindings() {
    return !findings.isEmpty();
  }

  /// Returns the findings after the last event, in the order of the log and with the row last;
  /// empty if there are none.
  public List<Finding> end() {
    same("head", row.head(), at);
    if (unreadable) {
      return List.copyOf(findings);
    }
    same("usage", row.progress().usage(), turns.usage());
    same("last_request", row.progress().lastRequest(), turns.lastRequest());
    turns.boundary().ifPresent(boundary -> same("boundary", row.progress().boundary(), boundary));
    same("awaited", row.awaited(), awaited);
    checkStatus();
    if (row.lastProcessed().isBefore(last)) {
      row("was last processed at %s, before its last event".formatted(row.lastProcessed()));
    }
    if (row.seen() > row.received()) {
      row("has seen %d of %d received events".formatted(row.seen(), row.received()));
    }
    checkReceived();
    return List.copyOf(findings);
  }

  private void checkReceived() {
    boolean ended = row.status() == Status.TERMINATED; // its inbox was dropped
    long received = fromClients + waiting;
    boolean all = inboxTold && !ended && !newer; // a client may have sent events of unknown types
    if (all ? received != row.received() : received > row.received()) {
      row(
          "has received %d events; the log has %d from clients, %d wait"
              .formatted(row.received(), fromClients, waiting));
    }
    if (inboxTold && ended && waiting > 0) {
      row("is terminated, but %d events are waiting".formatted(waiting));
    }
    long known = waiting - unknown;
    boolean sleeps = row.status() == Status.IDLE && !turns.isPausing() && !row.owesWork();
    if (inboxTold && known > 0 && sleeps && !mayWait) {
      row("is at rest, but %d events are waiting and no brain will process them".formatted(known));
    }
  }

  private void checkStatus() {
    var progress = row.progress();
    if (progress.status() == Status.OTHER) {
      if (!newer) { // otherwise an event of an unknown type may have set it
        row("has a status that this version does not know and that no event explains");
      }
      return;
    }
    if (turns.status().isPresent()) {
      same("status", progress.status(), turns.status().get());
    } else if (progress.status() != Status.IDLE && progress.status() != Status.RUNNING) {
      row("is %s, which no event explains".formatted(progress.status()));
    }
    if ((progress.status() == Status.RUNNING) != (progress.runningSince() != null)) {
      row("is %s since %s".formatted(progress.status(), progress.runningSince()));
    }
    if (turns.hasRun() && !progress.started()) {
      row("says that the session never started, but the log shows that it ran");
    }
    if (row.isArchived() && progress.status() != Status.TERMINATED) {
      row("is archived and %s".formatted(progress.status()));
    }
    if (progress.status() == Status.TERMINATED && (row.node() != null || row.owesWork())) {
      row("is terminated and has a brain or work");
    }
  }

  private void same(String name, Object cached, Object folded) {
    if (!Objects.equals(cached, folded)) {
      row("has %s %s; its log says %s".formatted(name, text(cached), text(folded)));
    }
  }

  private static String text(Object value) {
    return value instanceof Awaited open ? "[" + open.text() + "]" : value.toString();
  }

  private void row(String sentence) {
    found(0, "the row " + sentence);
  }

  /// Adds a finding of the reader of the log to the result of [#end].
  ///
  /// @param position the position of the event; 0 for the row
  /// @param sentence a sentence whose subject is the event
  public void found(long position, String sentence) {
    if (findings.size() < MAX_FINDINGS) {
      findings.add(new Finding(session, position, sentence));
    }
  }
}
