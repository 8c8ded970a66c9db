package dev.drover.brain;

import dev.drover.hands.Hands;
import dev.drover.session.Job;
import dev.drover.session.Jobs;
import dev.drover.session.SessionId;
import java.io.IOException;
import java.util.List;

/// Removes the workspaces of deleted sessions. The delete owes the removal at the data directory of
/// the node that received it. Where else there is a copy, only those know that have it: so every
/// node compares what it keeps with the sessions whose removal was ever owed, and owes its own.
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

  /// Finds copies on other nodes than the one that received the delete, and what a brain made that
  /// did not know of the delete.
  @Override
  public void look() {
    List<String> kept = hands.kept().stream().map(SessionId::value).toList();
    for (var session : jobs.remembered(Job.REMOVE_WORKSPACE, kept)) {
      jobs.owe(Job.Order.removal(new SessionId(session)));
    }
  }
}
