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

/// Reads one session's whole log and says where it, or what the session's row caches of it, is not
/// as Drover writes it; and the inbox, if it is told of that. Row, log and inbox have to be of one
/// moment: a snapshot, or a session that nobody writes. It keeps the ids of the log in memory. One
/// thread; used once.
public final class LogCheck {
  /// More findings of one session are not told.
  public static final int MAX_FINDINGS = 100;

  /// What is wrong.
  ///
  /// @param position of the event that shows it; 0: it is the row
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

  /// @param row what the store keeps of the session
  public LogCheck(SessionId session, SessionState row) {
    this.session = session;
    this.row = row;
  }

  /// The next event, in the order of positions.
  ///
  /// @param epoch of the lease that wrote it; 0: none did, or the store does not keep it
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
    turns.add(at, event, awaited);
    awaited = event instanceof Event.StatusTerminated ? Awaited.NOTHING : awaited.after(stored);
  }

  /// As [#add], of an event that cannot be read: what the row should say is not known then.
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

  /// An event that waits in the inbox, after the last of the log.
  public void addWaiting(long sequence, EventId id) {
    waiting++;
    if (sequence < 1 || sequence > row.received()) {
      found(0, "the inbox has number %d of %d received".formatted(sequence, row.received()));
    }
    if (!ids.add(id)) {
      found(0, "the inbox contains %s, which is already in the log or the inbox".formatted(id));
    }
  }

  /// As [#addWaiting(long, EventId)], of one that only a newer version can take up: it may wait.
  public void addUnknown(long sequence, EventId id) {
    addWaiting(sequence, id);
    unknown++;
  }

  /// All that waits in the inbox was told.
  ///
  /// @param budget whether the session has one: at it, messages wait until it is raised
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

  /// What was found, after the last event; empty: all is well. In the order of the log, the row
  /// last.
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
    boolean all = inboxTold && !ended && !newer; // a client may have sent what is not known here
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
      if (!newer) { // else an event that is not known here may say so
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

  /// Has [#end] tell what the reader of the log has found.
  ///
  /// @param position of the event; 0: it is the row
  /// @param sentence whose subject is the event
  public void found(long position, String sentence) {
    if (findings.size() < MAX_FINDINGS) {
      findings.add(new Finding(session, position, sentence));
    }
  }
}
