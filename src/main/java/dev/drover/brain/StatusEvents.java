package dev.drover.brain;

import dev.drover.session.Emission;
import dev.drover.session.Event;
import dev.drover.session.StopReason;
import dev.drover.session.Usage;
import java.time.Duration;
import java.time.Instant;
import java.util.List;

/// The events that say what a thread does, and with it its session. They belong together and are
/// made here alone.
final class StatusEvents {
  private final WakeContext at;

  StatusEvents(WakeContext at) {
    this.at = at;
  }

  /// A turn begins, or goes on after a pause.
  List<Emission.Entry> running() {
    return List.of(
        at.entry(new Event.StatusRunning(at.id())),
        at.entry(new Event.ThreadRunning(at.id(), at.thread().id(), at.agent().name())));
  }

  /// The model is asked again after a pause.
  List<Emission.Entry> rescheduled(Instant until, Duration pause) {
    return List.of(
        at.entry(new Event.ThreadRescheduled(at.id(), at.thread().id(), at.agent().name())),
        at.entry(new Event.StatusRescheduled(at.id()), ThreadFold.retry(until, pause)));
  }

  /// A turn ends, or is paused.
  ///
  /// @param usage of the session until now
  List<Emission.Entry> idle(StopReason reason, Usage usage) {
    var cost = at.price().map(price -> price.shown(usage));
    var idle = new Event.StatusIdle(at.id(), reason);
    return List.of(
        at.entry(new Event.ThreadIdle(at.id(), at.thread().id(), at.agent().name(), reason)),
        at.entry(new Event.UsageReported(at.id(), usage, cost, at.writer().fold().budget())),
        reason.isPause() ? at.entry(idle, at.fold().standing()) : at.entry(idle));
  }
}
