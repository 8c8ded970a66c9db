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
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.atomic.LongAdder;
import org.jspecify.annotations.Nullable;

/// The measure of durable appends: many threads append to the sessions of a store, without a
/// server. There are two floors, which get the same bytes from the same number of threads: a raw
/// file, and, for SQLite, a bare table of the same database. Both commit for all waiting callers
/// together.
final class AppendMeasure {
  private static final int CALLERS = 128;
  private static final String TEXT = "A line that an agent might say while it works. ".repeat(4);

  /// Built once, so that building the content is not part of the measured time.
  private static final Json.Arr CONTENT =
      new Json.Arr(List.of(Json.obj("type", "text", "text", TEXT)));

  private AppendMeasure() {}

  private interface Append {
    void once() throws IOException, InterruptedException;
  }

  /// The targets for the two floors.
  ///
  /// @param bare empty if there is no bare table
  private record Targets(Target raw, Optional<Target> bare) {}

  private static final Targets SQLITE =
      new Targets(new Target.FloorShare(0.25), Optional.of(new Target.FloorShare(0.5)));
  private static final Targets POSTGRES =
      new Targets(new Target.FloorShare(0.25), Optional.empty());

  static List<Figure> take(Run run) throws IOException, InterruptedException {
    var figures = new ArrayList<Figure>();
    var ids = sessions(run.drover("append"));
    try (var store = run.stores().open(run.directory("append").resolve("drover.db"))) {
      figures.addAll(measured(run, store, ids, "", SQLITE));
    }
    var database = run.database();
    if (database.isPresent()) {
      ids = sessions(run.drover("append-postgres", database.get()));
      try (var store = database.get().open()) {
        figures.addAll(measured(run, store, ids, ", PostgreSQL", POSTGRES));
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
      Run run, Store store, List<SessionId> ids, String where, Targets targets)
      throws IOException, InterruptedException {
    var figures = new ArrayList<Figure>();
    var log = store.eventLog();
    var appenders =
        ids.stream().map(id -> new Appender(run, log, log.claim(id).orElseThrow())).toList();
    for (int events : List.of(1, 4)) {
      figures.addAll(measured(run, appenders, events, where, targets));
    }
    return figures;
  }

  private static List<Figure> measured(
      Run run, List<Appender> appenders, int events, String where, Targets targets)
      throws IOException, InterruptedException {
    var json = EventCodec.write(event(run), null);
    var bytes = Wire.bytes(json.repeat(events));
    var ours = appenders.stream().<Append>map(one -> () -> one.append(events)).toList();
    var drover = new ArrayList<Double>();
    var rawFloor = new ArrayList<Double>();
    var bareFloor = new ArrayList<Double>();
    var time = run.size().appending();
    try (var raw = new GroupCommit<>(new RawLog(run.directory("raw.log")));
        var bare = new GroupCommit<>(bareTable(run, "bare-" + events + where + ".db"))) {
      var toRaw = Collections.<Append>nCopies(ours.size(), () -> raw.append(bytes));
      var toBare = new ArrayList<Append>();
      for (int session = 0; session < ours.size(); session++) {
        var rows = new BareAppender(bare, session, Collections.nCopies(events, json));
        toBare.add(rows::append);
      }
      for (int i = -1; i < Math.max(1, run.size().rounds() / 4); i++) {
        double rawRate = rate(toRaw, time) * events;
        double bareRate = targets.bare.isPresent() ? rate(toBare, time) * events : 0;
        double rate = rate(ours, time) * events;
        if (i >= 0) {
          rawFloor.add(rawRate);
          bareFloor.add(bareRate);
          drover.add(rate);
        }
      }
    }
    var name = "durable events, " + events + " to an append" + where;
    var figures = new ArrayList<Figure>();
    figures.add(figure(name, drover, rawFloor, targets.raw));
    targets.bare.ifPresent(
        target -> figures.add(figure(name + ", and a bare table", drover, bareFloor, target)));
    return figures;
  }

  private static Figure figure(String name, List<Double> ours, List<Double> floor, Target target) {
    return Figure.of(
        "append", name, "/s", new Samples(ours).median(), new Samples(floor).median(), target);
  }

  private static GroupCommit.Sink<Rows> bareTable(Run run, String name) throws IOException {
    var table = run.bare().open(run.directory(name));
    return new GroupCommit.Sink<>() {
      @Override
      public void write(List<Rows> appends) throws IOException {
        for (var rows : appends) {
          long position = rows.head;
          for (var json : rows.events) {
            table.insert(rows.session, ++position, json);
          }
        }
        table.commit();
      }

      @Override
      public void close() throws IOException {
        table.close();
      }
    };
  }

  /// What one append inserts into a bare table.
  ///
  /// @param head the position of the last event of the session before them
  private record Rows(int session, long head, List<String> events) {}

  /// Appends to one session of a bare table.
  private static final class BareAppender {
    private final GroupCommit<Rows> log;
    private final int session;
    private final List<String> events;
    private long head;

    BareAppender(GroupCommit<Rows> log, int session, List<String> events) {
      this.log = log;
      this.session = session;
      this.events = events;
    }

    void append() throws IOException, InterruptedException {
      log.append(new Rows(session, head, events));
      head += events.size();
    }
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
  ///
  /// @throws IOException if an append fails
  private static double rate(List<Append> callers, Duration time)
      throws IOException, InterruptedException {
    var done = new LongAdder();
    var ended = new CountDownLatch(callers.size());
    var failure = new AtomicReference<@Nullable Exception>();
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
                } catch (IOException | RuntimeException e) {
                  failure.set(e);
                } finally {
                  ended.countDown();
                }
              });
    }
    ended.await();
    if (failure.get() != null) {
      throw new IOException("an append failed", failure.get());
    }
    return done.sum() / ((System.nanoTime() - start) / 1e9);
  }
}
