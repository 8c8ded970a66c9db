package dev.drover.sim;

import dev.drover.session.Emission;
import dev.drover.session.Emitted;
import dev.drover.session.EventLog;
import dev.drover.session.Lease;
import dev.drover.session.SessionId;
import dev.drover.testing.EventLogView;
import java.util.HashMap;
import java.util.Map;

/// Sees every append of a brain as it is committed: epochs in a log never fall.
final class EpochWatch {
  private final World world;
  private final Map<SessionId, Lease> newest = new HashMap<>();
  private final Map<SessionId, Long> heads = new HashMap<>();

  EpochWatch(World world) {
    this.world = world;
  }

  EventLog over(EventLog log) {
    return new Watched(this, log);
  }

  private record Watched(EpochWatch watch, EventLog log) implements EventLogView {
    @Override
    public Emitted emitEvents(Lease lease, Emission emission) {
      var emitted = log.emitEvents(lease, emission);
      if (emitted instanceof Emitted.Appended appended && !appended.events().isEmpty()) {
        watch.appended(lease, appended.events().getLast().position());
      }
      return emitted;
    }
  }

  private void appended(Lease lease, long head) {
    var session = lease.session();
    if (head <= heads.getOrDefault(session, 0L)) {
      return; // it repeats itself
    }
    heads.put(session, head);
    wrote(lease);
  }

  void wrote(Lease lease) {
    var session = lease.session();
    var before = newest.getOrDefault(session, lease);
    if (lease.epoch() < before.epoch()) {
      world.violated(
          "epoch %d wrote after epoch %d in %s".formatted(lease.epoch(), before.epoch(), session));
    }
    newest.put(session, lease);
  }
}
