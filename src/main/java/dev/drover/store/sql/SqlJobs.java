package dev.drover.store.sql;

import dev.drover.session.Job;
import dev.drover.session.Jobs;
import dev.drover.store.Micros;
import dev.drover.store.OwnNode;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

final class SqlJobs implements Jobs {
  private static final String KEY = "job";

  private final Writer writer;
  private final Readers readers;
  private final OwnNode self;
  private final InstantSource clock;

  SqlJobs(Writer writer, Readers readers, OwnNode self, InstantSource clock) {
    this.writer = writer;
    this.readers = readers;
    this.self = self;
    this.clock = clock;
  }

  @Override
  public void owe(Job.Order order) {
    writer.call(
        KEY,
        (db, _) -> {
          JobRows.owe(db, order, self.place(), clock.instant());
          return true;
        });
  }

  @Override
  public Set<String> remembered(String kind, Collection<String> keys) {
    var all = List.copyOf(keys);
    var found = new HashSet<String>();
    for (int from = 0; from < all.size(); from += JobRows.ASKED) {
      var some = all.subList(from, Math.min(from + JobRows.ASKED, all.size()));
      found.addAll(readers.call(db -> among(db, kind, some)));
    }
    return found;
  }

  private static List<String> among(Db db, String kind, List<String> keys) throws SQLException {
    var values = new Object[JobRows.ASKED + 1];
    for (int i = 0; i < JobRows.ASKED; i++) {
      values[i] = keys.get(Math.min(i, keys.size() - 1)); // the same statement for any number
    }
    values[JobRows.ASKED] = kind;
    return db.list(JobRows.AMONG, row -> row.getString(1), values);
  }

  /// Usually no job is due; then nothing is written.
  @Override
  public List<Job> claim(Set<String> kinds, int limit) {
    if (self.isLeaving()
        || kinds.isEmpty()
        || readers.call(db -> due(db, kinds, 1, "")).isEmpty()) {
      return List.of();
    }
    return writer.call(
        KEY,
        (db, _) -> {
          var claimed = new ArrayList<Job>();
          for (var job : due(db, kinds, limit, db.dialect().skippingKept())) {
            claimed.add(JobRows.claim(db, job, self.name()));
          }
          return List.copyOf(claimed);
        });
  }

  private List<Job> due(Db db, Set<String> kinds, int limit, String keeping) throws SQLException {
    var values = new ArrayList<Object>();
    values.add(Micros.of(clock.instant()));
    values.add(self.place());
    values.addAll(kinds);
    values.add(limit);
    return db.list(JobRows.due(kinds.size()) + keeping, JobRows::job, values.toArray());
  }

  @Override
  public List<Job> held() {
    return readers.call(db -> JobRows.held(db, self.name()));
  }

  @Override
  public boolean done(Job job) {
    return end(job, "done", clock.instant(), Optional.empty());
  }

  @Override
  public boolean retry(Job job, String error, Duration pause) {
    return end(job, "owed", clock.instant().plus(pause), Optional.of(error));
  }

  @Override
  public boolean park(Job job, String error) {
    return end(job, "failed", clock.instant(), Optional.of(error));
  }

  private boolean end(Job job, String state, Instant due, Optional<String> error) {
    return writer.call(KEY, (db, _) -> JobRows.end(db, job, self.name(), state, due, error));
  }

  @Override
  public int unpark() {
    return writer.call(KEY, (db, _) -> JobRows.unpark(db, self.place(), clock.instant()));
  }

  @Override
  public void forget() {
    int gone;
    do {
      gone = writer.call(KEY, (db, _) -> JobRows.forget(db, clock.instant()));
    } while (gone == JobRows.FORGOTTEN);
  }

  @Override
  public Tally tally() {
    return readers.call(JobRows::tally);
  }
}
