package dev.drover.store.memory;

import dev.drover.session.Job;
import dev.drover.session.Jobs;
import dev.drover.store.OwnNode;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

final class MemoryJobs implements Jobs {
  private final Table table;
  private final OwnNode self;
  private final InstantSource clock;

  MemoryJobs(Table table, OwnNode self, InstantSource clock) {
    this.table = table;
    this.self = self;
    this.clock = clock;
  }

  enum State {
    OWED,
    FAILED,
    DONE
  }

  /// A job's row.
  static final class Row {
    final long number;
    final String place;
    Job.Order order;
    State state = State.OWED;
    Instant createdAt;
    Instant dueAt;
    int tries;
    String error = "";
    @Nullable String node;
    long epoch;

    Row(long number, String place, Job.Order order, Instant now) {
      this.number = number;
      this.place = place;
      this.order = order;
      createdAt = now;
      dueAt = now;
    }

    boolean isAbout(String kind, String key) {
      return order.kind().equals(kind) && order.key().equals(key);
    }

    boolean isFor(String directory) {
      return place.isEmpty() || place.equals(directory);
    }

    /// Owed again, after it was done.
    void renew(Job.Order again, Instant now) {
      order = again;
      state = State.OWED;
      createdAt = now;
      dueAt = now;
      tries = 0;
      error = "";
    }

    Job job() {
      return new Job(number, order.kind(), order.key(), order.payload(), tries, epoch);
    }
  }

  @Override
  public void owe(Job.Order order) {
    synchronized (table) {
      table.owe(order, self.place(), clock.instant());
    }
  }

  @Override
  public Set<String> remembered(String kind, Collection<String> keys) {
    synchronized (table) {
      var found = new HashSet<>(keys);
      found.removeIf(key -> table.jobs.stream().noneMatch(row -> row.isAbout(kind, key)));
      return found;
    }
  }

  @Override
  public List<Job> claim(Set<String> kinds, int limit) {
    synchronized (table) {
      if (self.isLeaving()) {
        return List.of();
      }
      var now = clock.instant();
      var claimed = new ArrayList<Job>();
      table.jobs.stream()
          .filter(row -> row.state == State.OWED && row.node == null && !row.dueAt.isAfter(now))
          .filter(row -> row.isFor(self.place()) && kinds.contains(row.order.kind()))
          .sorted(Comparator.comparing(row -> row.dueAt))
          .limit(limit)
          .forEach(
              row -> {
                row.node = self.name();
                row.epoch++;
                row.tries++;
                claimed.add(row.job());
              });
      return claimed;
    }
  }

  @Override
  public List<Job> held() {
    synchronized (table) {
      return in(State.OWED).filter(row -> self.name().equals(row.node)).map(Row::job).toList();
    }
  }

  private Stream<Row> in(State state) {
    return table.jobs.stream().filter(row -> row.state == state);
  }

  @Override
  public boolean done(Job job) {
    return end(job, State.DONE, clock.instant(), "");
  }

  @Override
  public boolean retry(Job job, String error, Duration pause) {
    return end(job, State.OWED, clock.instant().plus(pause), error);
  }

  @Override
  public boolean park(Job job, String error) {
    return end(job, State.FAILED, clock.instant(), error);
  }

  private boolean end(Job job, State state, Instant due, String error) {
    synchronized (table) {
      for (var row : table.jobs) {
        if (row.number == job.number()
            && row.epoch == job.epoch()
            && self.name().equals(row.node)) {
          row.state = state;
          row.dueAt = due;
          row.error = error.substring(0, Math.min(error.length(), Job.ERROR_LIMIT));
          row.node = null;
          return true;
        }
      }
      return false;
    }
  }

  @Override
  public int unpark() {
    synchronized (table) {
      var parked = in(State.FAILED).filter(row -> row.isFor(self.place())).toList();
      for (var row : parked) {
        row.state = State.OWED;
        row.tries = 0;
        row.dueAt = clock.instant();
      }
      return parked.size();
    }
  }

  @Override
  public void forget() {
    synchronized (table) {
      var since = clock.instant().minus(REMEMBERED);
      table.jobs.removeIf(
          row ->
              row.dueAt.isBefore(since)
                  && row.node == null
                  && (row.state == State.DONE || !row.place.isEmpty()));
    }
  }

  @Override
  public Tally tally() {
    synchronized (table) {
      return new Tally(
          in(State.OWED).count(),
          in(State.OWED).map(row -> row.createdAt).min(Comparator.naturalOrder()),
          in(State.FAILED).count(),
          in(State.FAILED)
              .sorted(Comparator.<Row, Instant>comparing(row -> row.dueAt).reversed())
              .limit(FAILURES)
              .map(
                  row ->
                      new Failure(
                          row.order.kind(), row.order.key(), row.tries, row.dueAt, row.error))
              .toList());
    }
  }

  /// Frees what nodes have claimed that are not there; the table's monitor is held.
  static void freeOrphans(Table table) {
    for (var row : table.jobs) {
      if (row.node != null && !table.nodes.containsKey(row.node)) {
        row.node = null;
      }
    }
  }

  static Optional<Row> find(List<Row> rows, Job.Order order, String place) {
    return rows.stream()
        .filter(row -> row.isAbout(order.kind(), order.key()) && row.place.equals(place))
        .findFirst();
  }
}
