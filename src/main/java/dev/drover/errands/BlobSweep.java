package dev.drover.errands;

import dev.drover.base.Json;
import dev.drover.brain.JobHandler;
import dev.drover.catalog.BlobId;
import dev.drover.catalog.Blobs;
import dev.drover.files.Files;
import dev.drover.session.Job;
import dev.drover.session.Jobs;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/// The handler of the jobs that delete garbage: contents that were stored and have no row, because
/// a server died before their row was written. There is one such job for each data directory and
/// day, since nodes may store contents in different places.
public final class BlobSweep implements JobHandler {
  /// The kind of these jobs; the key is the day.
  public static final String KIND = "sweep_blobs";

  /// The age from which a content without a row is garbage.
  static final Duration OLD = Duration.ofDays(1);

  private static final int BATCH = 1_000;

  private final Jobs jobs;
  private final Blobs blobs;
  private final String database;
  private final Files files;
  private final InstantSource clock;

  /// @param database the name of the database that has the rows
  public BlobSweep(Jobs jobs, Blobs blobs, String database, Files files, InstantSource clock) {
    this.jobs = jobs;
    this.blobs = blobs;
    this.database = database;
    this.files = files;
    this.clock = clock;
  }

  @Override
  public void look() {
    var today = clock.instant().atOffset(ZoneOffset.UTC).toLocalDate().toString();
    if (jobs.remembered(KIND, Set.of(today)).isEmpty()) {
      jobs.owe(new Job.Order(KIND, today, Json.EMPTY, true));
    }
  }

  @Override
  public void handle(Job job) throws IOException, InterruptedException {
    if (!blobs.claim(database).equals(database)) { // at the start, the storage may have been away
      throw new IOException("the stored contents belong to another database");
    }
    var old = new ArrayList<BlobId>();
    blobs.storedBefore(before(), blob -> old.add(blob.id()));
    for (int from = 0; from < old.size(); from += BATCH) {
      delete(old.subList(from, Math.min(from + BATCH, old.size())));
    }
  }

  private Instant before() {
    return clock.instant().minus(OLD);
  }

  private void delete(List<BlobId> contents) throws InterruptedException {
    for (var garbage : files.unreferenced(contents)) {
      blobs.delete(garbage);
    }
  }
}
