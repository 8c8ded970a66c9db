package dev.drover.bench;

import dev.drover.base.Json;
import dev.drover.session.Emission;
import dev.drover.session.Emitted;
import dev.drover.session.Event;
import dev.drover.session.EventId;
import dev.drover.session.EventLog;
import dev.drover.session.Lease;
import dev.drover.session.SessionId;
import dev.drover.session.ThreadKey;
import dev.drover.store.Store;
import dev.drover.wire.EventCodec;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.LongAdder;

/// The measure of durable appends: many threads append to the sessions of a store, without a
/// server. The floor is a raw file log that gets the same bytes from the same number of threads.
final class AppendMeasure {
  private static final int CALLERS = 128;
  private static final String TEXT = "A line that an agent might say while it works. ".repeat(4);

  /// Built once, so that building the content is not part of the measured time.
  private static final Json.Arr CONTENT =
      new Json.Arr(List.of(Json.obj("type", "text", "text", TEXT)));

  private AppendMeasure() {}

  private interface Append {
    void once() throws InterruptedException;
  }

  static List<Figure> take(Run run) throws IOException, InterruptedException {
    var figures = new ArrayList<Figure>();
    var ids = sessions(run.drover("append"));
    try (var store = run.stores().open(run.directory("append").resolve("drover.db"))) {
      figures.addAll(measured(run, store, ids, "", new Target.FloorShare(0.4)));
    }
    var database = run.database();
    if (database.isPresent()) {
      ids = sessions(run.drover("append-postgres", database.get()));
      try (var store = database.get().open()) {
        figures.addAll(measured(run, store, ids, ", PostgreSQL", new Target.FloorShare(0.25)));
      }
    }
    return figures;
  }

  private static List<SessionId> sessions(Subject subject) throws IOException {
    var ids = new ArrayList<SessionId>();
    try (subject) {
      for (int i = 0; i < CALLERS; i++) {
        ids.add(new SessionId(subject.session()));
      }
    }
    return ids;
  }

  private static List<Figure> measured(
      Run run, Store store, List<SessionId> ids, String where, Target target)
      throws IOException, InterruptedException {
    var figures = new ArrayList<Figure>();
    try (var raw = new RawLog(run.directory("raw.log"))) {
      var log = store.eventLog();
      var appenders =
          ids.stream().map(id -> new Appender(run, log, log.claim(id).orElseThrow())).toList();
      for (int events : List.of(1, 4)) {
        var name = "durable events, " + events + " to an append" + where;
        figures.add(measured(run, appenders, raw, events, name, target));
      }
    }
    return figures;
  }

  private static Figure measured(
      Run run, List<Appender> appenders, RawLog raw, int events, String name, Target target)
      throws InterruptedException {
    var bytes = Wire.bytes(EventCodec.write(event(run), null).repeat(events));
    var ours = appenders.stream().<Append>map(one -> () -> one.append(events)).toList();
    var below = Collections.<Append>nCopies(ours.size(), () -> raw.append(bytes));
    var drover = new ArrayList<Double>();
    var floor = new ArrayList<Double>();
    var time = run.size().appending();
    for (int i = -1; i < Math.max(1, run.size().rounds() / 4); i++) {
      double floorRate = rate(below, time) * events;
      double rate = rate(ours, time) * events;
      if (i >= 0) {
        floor.add(floorRate);
        drover.add(rate);
      }
    }
    return Figure.of(
        "append", name, "/s", new Samples(drover).median(), new Samples(floor).median(), target);
  }

  private static Event event(Run run) {
    return new Event.AgentMessage(new EventId(run.ids().next(EventId.PREFIX)), CONTENT);
  }

  /// Appends to one session. Like a brain, it knows the head of the log.
  private static final class Appender {
    private final Run run;
    private final EventLog log;
    private final Lease lease;
    private long head;

    Appender(Run run, EventLog log, Lease lease) {
      this.run = run;
      this.log = log;
      this.lease = lease;
    }

    void append(int events) {
      var entries = new ArrayList<Emission.Entry>();
      for (int i = 0; i < events; i++) {
        entries.add(new Emission.Entry(ThreadKey.PRIMARY, event(run), null));
      }
      var emission = new Emission(entries);
      if (!(log.emitEvents(lease, emission.knowing(head))
          instanceof Emitted.Appended(var stored))) {
        throw new IllegalStateException("an append was refused");
      }
      head = stored.getLast().position();
    }
  }

  /// Appends per second.
  private static double rate(List<Append> callers, Duration time) throws InterruptedException {
    var done = new LongAdder();
    var ended = new CountDownLatch(callers.size());
    long start = System.nanoTime();
    long deadline = start + time.toNanos();
    for (var caller : callers) {
      Thread.ofVirtual()
          .start(
              () -> {
                try {
                  do {
                    caller.once();
                    done.increment();
                  } while (System.nanoTime() < deadline);
                } catch (InterruptedException _) {
                  Thread.currentThread().interrupt();
                } finally {
                  ended.countDown();
                }
              });
    }
    ended.await();
    return done.sum() / ((System.nanoTime() - start) / 1e9);
  }
}
