package dev.drover.brain;

import dev.drover.session.Job;

/// The code that does jobs of one kind. Safe for many threads.
public interface JobHandler {
  /// Does a job. Must be idempotent: an earlier try may have done the job, and another node may be
  /// doing it at the same time.
  ///
  /// @throws Exception if the job is not done; the message is stored with the job, so it must hold
  ///   no secret
  void handle(Job job) throws Exception;

  /// Adds the jobs that are missing, as far as this node can see. Called at start and then
  /// periodically.
  default void look() {}
}
