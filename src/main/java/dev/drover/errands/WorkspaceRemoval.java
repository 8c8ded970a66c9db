package dev.drover.errands;

import dev.drover.brain.JobHandler;
import dev.drover.hands.Hands;
import dev.drover.session.Job;
import dev.drover.session.Jobs;
import dev.drover.session.SessionId;
import java.io.IOException;
import java.util.List;

/// The handler of the jobs that remove the workspaces of deleted sessions. A delete adds the job
/// for the data directory of the node that received it. Other nodes may have copies that only they
/// can find, so every node compares its workspaces with the sessions that have ever had such a job,
/// and adds jobs for its own copies.
public final class WorkspaceRemoval implements JobHandler {
  private final Jobs jobs;
  private final Hands hands;

  public WorkspaceRemoval(Jobs jobs, Hands hands) {
    this.jobs = jobs;
    this.hands = hands;
  }

  @Override
  public void handle(Job job) throws IOException {
    var session = new SessionId(job.key());
    hands.discard(session);
    if (hands.kept().contains(session)) {
      throw new IOException("the workspace is still there; the log says why");
    }
  }

  /// Finds copies on nodes other than the one that received the delete, and workspaces that a brain
  /// created after the delete because it was not notified.
  @Override
  public void look() {
    List<String> kept = hands.kept().stream().map(SessionId::value).toList();
    for (var session : jobs.remembered(Job.REMOVE_WORKSPACE, kept)) {
      jobs.owe(Job.Order.removal(new SessionId(session)));
    }
  }
}
