package dev.drover.brain;

import dev.drover.session.Emission;
import dev.drover.session.Event;
import dev.drover.session.StopReason;
import dev.drover.session.Usage;
import java.time.Duration;
import java.time.Instant;
import java.util.List;

/// The factory of the status events of a thread and of its session. The events belong together, so
/// only this class creates them.
final class StatusEvents {
  private final WakeContext at;

  StatusEvents(WakeContext at) {
    this.at = at;
  }

  /// The events for a turn that begins, or continues after a pause.
  List<Emission.Entry> running() {
    return List.of(
        at.entry(new Event.StatusRunning(at.id())),
        at.entry(new Event.ThreadRunning(at.id(), at.thread().id(), at.agent().name())));
  }

  /// The events for a model request that is retried after a pause.
  List<Emission.Entry> rescheduled(Instant until, Duration pause) {
    return List.of(
        at.entry(new Event.ThreadRescheduled(at.id(), at.thread().id(), at.agent().name())),
        at.entry(new Event.StatusRescheduled(at.id()), ThreadFold.retry(until, pause)));
  }

  /// The events for a turn that ends or pauses.
  ///
  /// @param usage the usage of the session so far
  List<Emission.Entry> idle(StopReason reason, Usage usage) {
    var cost = at.price().map(price -> price.shown(usage));
    var idle = new Event.StatusIdle(at.id(), reason);
    return List.of(
        at.entry(new Event.ThreadIdle(at.id(), at.thread().id(), at.agent().name(), reason)),
        at.entry(new Event.UsageReported(at.id(), usage, cost, at.writer().fold().budget())),
        reason.isPause() ? at.entry(idle, at.fold().standing()) : at.entry(idle));
  }
}
