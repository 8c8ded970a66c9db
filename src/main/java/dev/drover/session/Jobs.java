package dev.drover.session;

import java.time.Duration;
import java.time.Instant;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/// Work that is owed: what must be done after a transaction, whatever dies meanwhile. A job is
/// written in the transaction of its cause ([Sessions#delete] is one) and is done at least once, by
/// a node that claimed it. A claim is as good as a lease of a session: it is free again when its
/// node has lapsed or left, and whoever had it is refused then. So a job may be done twice, and
/// even by two nodes at a time; doing it must be idempotent.
///
/// Durable when a call returns; safe for many threads; blocking.
public interface Jobs {
  /// How long a job that is done is remembered, and how long one waits for a data directory that no
  /// node has any more.
  Duration REMEMBERED = Duration.ofDays(30);

  /// Owes a job, due at once. Nothing happens if it is owed or parked already; one that was done is
  /// owed again.
  void owe(Job.Order order);

  /// Those of these keys of which there is a job of a kind, at any directory, done or not.
  Set<String> remembered(String kind, Collection<String> keys);

  /// Jobs that are due and that nobody has: this node has them now, the longest due first. None
  /// when the node leaves.
  ///
  /// @param kinds what this node knows to do
  /// @param limit at most this many
  List<Job> claim(Set<String> kinds, int limit);

  /// What this node has by the store's account: more than it knows of, where the answer to a claim
  /// was lost.
  List<Job> held();

  /// The job is done.
  ///
  /// @return false if the claim is void by now: others may be doing it, or have done it
  boolean done(Job job);

  /// The job failed and is due again after a pause.
  ///
  /// @param error why; what is longer than [Job#ERROR_LIMIT] is cut
  /// @return as [#done]
  boolean retry(Job job, String error, Duration pause);

  /// The job failed for good: it is kept for operators to see, and no node claims it.
  ///
  /// @return as [#done]
  boolean park(Job job, String error);

  /// Has parked jobs that this node could do tried again, from the first try on.
  ///
  /// @return how many
  int unpark();

  /// Forgets what is older than [#REMEMBERED].
  void forget();

  /// What is owed by all nodes together.
  Tally tally();

  /// @param owed jobs that are to be done, now or after a pause
  /// @param since when the oldest of them was caused; empty: there is none
  /// @param failed jobs that are parked
  /// @param failures some of these, the newest first
  record Tally(long owed, Optional<Instant> since, long failed, List<Failure> failures) {}

  /// How many failures a tally shows.
  int FAILURES = 5;

  /// A job that is parked.
  ///
  /// @param at when it was tried last
  record Failure(String kind, String key, int tries, Instant at, String error) {}
}
