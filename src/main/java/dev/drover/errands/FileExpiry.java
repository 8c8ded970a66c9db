package dev.drover.errands;

import dev.drover.base.Json;
import dev.drover.brain.JobHandler;
import dev.drover.files.Files;
import dev.drover.session.Job;
import dev.drover.session.Jobs;
import java.time.InstantSource;

/// The handler of the job that removes the contents of expired files, and those files some time
/// later. Until then, requests for an expired content are refused by the clock.
public final class FileExpiry implements JobHandler {
  /// The kind of the job. There is only one, which is added again every few minutes.
  public static final String KIND = "expire_files";

  private final Jobs jobs;
  private final Files files;
  private final InstantSource clock;

  public FileExpiry(Jobs jobs, Files files, InstantSource clock) {
    this.jobs = jobs;
    this.files = files;
    this.clock = clock;
  }

  @Override
  public void look() {
    jobs.owe(new Job.Order(KIND, "all", Json.EMPTY, false));
  }

  @Override
  public void handle(Job job) {
    while (files.expire(clock.instant()) > 0) {
      // some more
    }
  }
}
