package dev.drover.errands;

import dev.drover.base.Ids;
import dev.drover.brain.HandErrand;
import dev.drover.brain.Prepared;
import dev.drover.brain.Visit;
import dev.drover.session.Event;
import dev.drover.session.EventId;
import dev.drover.session.SessionError;
import dev.drover.session.SessionId;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/// Informs clients of credentials that are useless in a sandbox that was just made. Safe for many
/// threads.
public final class CredentialNotes implements HandErrand {
  private final Ids ids;
  private final Map<SessionId, List<SessionError>> due = new ConcurrentHashMap<>();

  public CredentialNotes(Ids ids) {
    this.ids = ids;
  }

  /// Reports errors with the next calls of a session. They are lost if this server dies before.
  public void add(SessionId session, List<SessionError> errors) {
    if (!errors.isEmpty()) {
      due.put(session, List.copyOf(errors));
    }
  }

  @Override
  public Prepared before(Visit visit) {
    var errors = due.remove(visit.session());
    return errors == null
        ? Prepared.NOTHING
        : new Prepared(
            errors.stream()
                .<Event>map(error -> new Event.Failed(new EventId(ids.next(EventId.PREFIX)), error))
                .toList(),
            List.of());
  }
}
