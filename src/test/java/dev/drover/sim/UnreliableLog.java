package dev.drover.sim;

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

/// The log as a node reaches it: a call takes a while, may not get there, and its answer may not
/// come back.
record UnreliableLog(SimNode node, EventLog log) implements EventLog {
  @Override
  public Receipt receive(SessionId id, List<Event.FromClient> events, Delivery delivery) {
    return node.over("receive", () -> log.receive(id, events, delivery));
  }

  @Override
  public Optional<Lease> claim(SessionId id) {
    return node.over("claim", () -> log.claim(id));
  }

  @Override
  public void release(Lease lease) {
    node.over(
        "release",
        () -> {
          log.release(lease);
          return lease;
        });
  }

  @Override
  public Emitted emitEvents(Lease lease, Emission emission) {
    return node.overOrLater("emit", () -> log.emitEvents(lease, emission));
  }

  @Override
  public List<Stored> getEvents(SessionId id, Slice slice) {
    return node.over("events", () -> log.getEvents(id, slice));
  }

  @Override
  public Extent measure(SessionId id, Slice slice) {
    return node.over("measure", () -> log.measure(id, slice));
  }

  @Override
  public Inbox inbox(SessionId id) {
    return node.over("inbox", () -> log.inbox(id));
  }

  @Override
  public List<Send> sends(SessionId id, Duration within) {
    return node.over("sends", () -> log.sends(id, within));
  }

  @Override
  public List<SessionId> unfinished() {
    return node.over("unfinished", log::unfinished);
  }
}
