package dev.drover.telemetry;

import dev.drover.session.Job;
import dev.drover.session.Jobs;
import java.time.Duration;
import java.util.Collection;
import java.util.List;
import java.util.Set;

/// Jobs whose outcomes are counted.
public record MeteredJobs(Jobs jobs, Meters meters) implements Jobs {
  @Override
  public void owe(Job.Order order) {
    jobs.owe(order);
  }

  @Override
  public Set<String> remembered(String kind, Collection<String> keys) {
    return jobs.remembered(kind, keys);
  }

  @Override
  public List<Job> claim(Set<String> kinds, int limit) {
    return jobs.claim(kinds, limit);
  }

  @Override
  public List<Job> held() {
    return jobs.held();
  }

  @Override
  public boolean done(Job job) {
    return counted(job, "done", jobs.done(job));
  }

  @Override
  public boolean retry(Job job, String error, Duration pause) {
    return counted(job, "retried", jobs.retry(job, error, pause));
  }

  @Override
  public boolean park(Job job, String error) {
    return counted(job, "failed", jobs.park(job, error));
  }

  private boolean counted(Job job, String outcome, boolean counts) {
    if (counts) {
      meters.jobs.increment(job.kind(), outcome);
    }
    return counts;
  }

  @Override
  public int unpark() {
    return jobs.unpark();
  }

  @Override
  public void forget() {
    jobs.forget();
  }

  @Override
  public Tally tally() {
    return jobs.tally();
  }
}
