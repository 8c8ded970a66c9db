package dev.drover.errands;

import dev.drover.base.Ids;
import dev.drover.brain.HandErrand;
import dev.drover.brain.Prepared;
import dev.drover.brain.Visit;
import dev.drover.session.Event;
import dev.drover.session.EventId;
import dev.drover.session.SessionError;
import dev.drover.session.SessionId;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// Informs clients of credentials that are useless in a sandbox that was just made. Safe for many
/// threads.
public final class CredentialNotes implements HandErrand {
  /// The number of sessions whose errors wait for a next call, which may never come.
  static final int REMEMBERED = 1_000;

  private final Ids ids;
  private final Map<SessionId, List<SessionError>> due =
      new LinkedHashMap<>() {
        private static final long serialVersionUID = 1;

        @Override
        protected boolean removeEldestEntry(Map.Entry<SessionId, List<SessionError>> eldest) {
          return size() > REMEMBERED;
        }
      };

  public CredentialNotes(Ids ids) {
    this.ids = ids;
  }

  /// Reports errors with the next calls of a session. They are lost if this server dies before, or
  /// if many other sessions have errors before.
  public void add(SessionId session, List<SessionError> errors) {
    if (!errors.isEmpty()) {
      synchronized (due) {
        due.put(session, List.copyOf(errors));
      }
    }
  }

  private @Nullable List<SessionError> take(SessionId session) {
    synchronized (due) {
      return due.remove(session);
    }
  }

  @Override
  public Prepared before(Visit visit) {
    var errors = take(visit.session());
    return errors == null
        ? Prepared.NOTHING
        : new Prepared(
            errors.stream()
                .<Event>map(error -> new Event.Failed(new EventId(ids.next(EventId.PREFIX)), error))
                .toList(),
            List.of());
  }
}
