package dev.drover.brain;

import dev.drover.session.Job;

/// Does jobs of one kind. Safe for many threads.
public interface JobHandler {
  /// Does a job, which an earlier try, or another node at this moment, may have done already.
  ///
  /// @throws Exception if it is not done; the message is kept with the job, so it holds no secret
  void handle(Job job) throws Exception;

  /// Owes what should be owed and is not, as far as this node can see. Called at the start and now
  /// and then.
  default void look() {}
}
