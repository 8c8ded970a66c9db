package dev.drover.testing;

import dev.drover.session.Delivery;
import dev.drover.session.Emission;
import dev.drover.session.Emitted;
import dev.drover.session.Event;
import dev.drover.session.EventLog;
import dev.drover.session.Extent;
import dev.drover.session.Inbox;
import dev.drover.session.Lease;
import dev.drover.session.Receipt;
import dev.drover.session.Send;
import dev.drover.session.SessionId;
import dev.drover.session.Slice;
import dev.drover.session.Stored;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/// Another log seen through one's own eyes: override what should go otherwise.
public interface EventLogView extends EventLog {
  /// The log behind it.
  EventLog log();

  @Override
  default Receipt receive(SessionId id, List<Event.FromClient> events, Delivery delivery) {
    return log().receive(id, events, delivery);
  }

  @Override
  default Optional<Lease> claim(SessionId id) {
    return log().claim(id);
  }

  @Override
  default void release(Lease lease) {
    log().release(lease);
  }

  @Override
  default Emitted emitEvents(Lease lease, Emission emission) {
    return log().emitEvents(lease, emission);
  }

  @Override
  default Extent measure(SessionId id, Slice slice) {
    return log().measure(id, slice);
  }

  @Override
  default List<Stored> getEvents(SessionId id, Slice slice) {
    return log().getEvents(id, slice);
  }

  @Override
  default Inbox inbox(SessionId id) {
    return log().inbox(id);
  }

  @Override
  default List<Send> sends(SessionId id, Duration within) {
    return log().sends(id, within);
  }

  @Override
  default List<SessionId> unfinished() {
    return log().unfinished();
  }
}
