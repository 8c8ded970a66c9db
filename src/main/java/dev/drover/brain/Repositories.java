package dev.drover.brain;

import dev.drover.hands.Grip;
import dev.drover.session.EventId;
import dev.drover.session.RepositorySkill;
import dev.drover.session.SessionError;
import dev.drover.session.SessionResource.Repository;
import java.util.List;

/// Clones the repositories of sessions into their hands. Safe for many threads.
public interface Repositories {
  /// For tests: every clone succeeds at once, without skills.
  Repositories NONE = (_, _, _) -> new Outcome.Cloned(List.of());

  /// Clones a repository, unless the hand has done that under the call's id, or the session has the
  /// clone already.
  ///
  /// @param call no two attempts of a session share it, but brains that repeat an attempt do
  /// @throws InterruptedException as [Grip#execute]
  Outcome clone(Grip grip, Repository repository, EventId call) throws InterruptedException;

  /// The outcome of an attempt.
  sealed interface Outcome {
    /// The clone is there.
    ///
    /// @param skills of the repository
    record Cloned(List<RepositorySkill> skills) implements Outcome {
      public Cloned {
        skills = List.copyOf(skills);
      }
    }

    /// There is no clone.
    ///
    /// @param passes whether another attempt may succeed soon
    record Failed(SessionError error, boolean passes) implements Outcome {}
  }
}
