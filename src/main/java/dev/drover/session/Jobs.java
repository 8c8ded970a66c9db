package dev.drover.session;

import java.time.Duration;
import java.time.Instant;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/// The queue of jobs: work that must be done after a transaction, even if nodes die meanwhile. A
/// job is written in the transaction of its cause ([Sessions#delete], for example), and is done at
/// least once, by a node that claimed it. A claim works like the lease of a session: it ends when
/// its node lapses or leaves, and the old holder is refused after that. So a job may be done twice,
/// even by two nodes at a time, and must be idempotent.
///
/// Durable when a call returns; safe for many threads; blocking.
public interface Jobs {
  /// How long a finished job is remembered, and how long a job waits for a data directory that no
  /// node has.
  Duration REMEMBERED = Duration.ofDays(30);

  /// Adds a job, due at once. Does nothing if the job is waiting or parked; a job that was done is
  /// added again.
  void owe(Job.Order order);

  /// Those of the given keys for which a job of the given kind is stored, for any directory, done
  /// or not.
  Set<String> remembered(String kind, Collection<String> keys);

  /// Claims jobs that are due and unclaimed, the longest due first. Claims none while the node
  /// leaves.
  ///
  /// @param kinds the kinds that this node can do
  /// @param limit at most this many
  List<Job> claim(Set<String> kinds, int limit);

  /// The jobs that this node has claimed according to the store. It may include jobs unknown to the
  /// node, if the answer to a claim was lost.
  List<Job> held();

  /// Records that a job is done.
  ///
  /// @return false if the claim has ended; another node may be doing the job or may have done it
  boolean done(Job job);

  /// Records that a job failed and is due again after a pause.
  ///
  /// @param error the reason, cut to [Job#ERROR_LIMIT] characters
  /// @return as [#done]
  boolean retry(Job job, String error, Duration pause);

  /// Records that a job failed for good. It remains visible to operators, and no node claims it.
  ///
  /// @return as [#done]
  boolean park(Job job, String error);

  /// Makes the parked jobs that this node can do due again, starting with the first try.
  ///
  /// @return the number of these jobs
  int unpark();

  /// Removes the jobs that are older than [#REMEMBERED].
  void forget();

  /// The counts of jobs of all nodes together.
  Tally tally();

  /// @param owed the number of jobs that are due now or after a pause
  /// @param since when the oldest of them was added; empty if there is none
  /// @param failed the number of parked jobs
  /// @param failures some of the parked jobs, the newest first
  record Tally(long owed, Optional<Instant> since, long failed, List<Failure> failures) {}

  /// The maximum number of failures in a tally.
  int FAILURES = 5;

  /// A job that is parked.
  ///
  /// @param at the time of the last try
  record Failure(String kind, String key, int tries, Instant at, String error) {}
}
