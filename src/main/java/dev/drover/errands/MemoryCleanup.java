package dev.drover.errands;

import dev.drover.base.Json;
import dev.drover.brain.JobHandler;
import dev.drover.catalog.MemoryStoreId;
import dev.drover.memory.Memories;
import dev.drover.session.Job;
import dev.drover.session.Jobs;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Map;

/// The handlers of the jobs that remove what is no longer needed of memories: those of deleted
/// stores, and old versions.
public final class MemoryCleanup {
  /// The kind of job that removes old versions; there is one for all stores.
  public static final String TRIM = "trim_memory_versions";

  /// How long a version is kept. The newest version of a memory is kept for ever.
  static final Duration KEPT = Duration.ofDays(30);

  private static final Job.Order TRIMMING = new Job.Order(TRIM, "all", Json.EMPTY, false);

  private MemoryCleanup() {}

  /// The handlers, by the kind of job.
  public static Map<String, JobHandler> handlers(
      Memories memories, Jobs jobs, InstantSource clock) {
    return Map.of(
        Job.DELETE_MEMORIES,
        job -> memories.clear(new MemoryStoreId(job.key())),
        TRIM,
        new JobHandler() {
          @Override
          public void handle(Job job) {
            memories.trim(clock.instant().minus(KEPT));
          }

          @Override
          public void look() {
            if (memories.hasVersionsBefore(clock.instant().minus(KEPT))) {
              jobs.owe(TRIMMING);
            }
          }
        });
  }
}
