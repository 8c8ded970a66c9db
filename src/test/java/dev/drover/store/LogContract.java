package dev.drover.store;

import dev.drover.session.Delivery;
import dev.drover.session.EventLog;
import dev.drover.session.SessionId;
import dev.drover.session.Slice;
import dev.drover.session.Stored;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/// Common ground of the contracts of an [EventLog].
abstract class LogContract extends StoreContract {
  static final SessionId UNKNOWN = new SessionId("sesn_unknown");

  /// A send, and its repetition.
  static final Delivery FIRST = new Delivery("a hash", false);

  static final Delivery AGAIN = new Delivery("a hash", true);

  final EventLog log() {
    return store.eventLog();
  }

  final List<Stored> all(SessionId id) {
    return log().getEvents(id, Slice.after(0, 1_000_000));
  }

  static List<Long> positions(List<Stored> events) {
    return events.stream().map(Stored::position).toList();
  }

  static Slice slice(long after, int limit, boolean ascending, String... types) {
    return new Slice(
        after, limit, ascending, Set.of(types), false, Optional.empty(), Optional.empty());
  }
}
