package dev.drover.session;

import dev.drover.catalog.WorkspaceId;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// The nodes that share one store, as seen from one of them, and the sessions that they hold. The
/// other nodes consider a node without a beat for [#lapse] dead, and can claim its sessions.
/// Durable when a call returns; safe for many threads; blocking.
public interface Nodes {
  /// Renews this node's beat, frees what dead nodes held, and removes old data. Must be called more
  /// often than every third of [#lapse].
  ///
  /// @return false if the other nodes considered this node dead: all its leases are void, and it
  ///   has a new name
  boolean beat();

  /// The longest time that a node may be without a beat.
  Duration lapse();

  /// Claims sessions that have unfinished work and that no node holds. The caller must wake a brain
  /// with each lease.
  ///
  /// @param limit at most this many
  List<Lease> claim(int limit);

  /// The leases that this node holds according to the store. It may include leases without a brain,
  /// if the answer to a claim was lost.
  List<Lease> held();

  /// Stops this node from claiming sessions, even for events that it receives.
  void drain();

  /// Removes this node, and frees what it still holds. Only reads are allowed afterwards.
  void leave();

  /// Sets the listener for changes by other nodes. There is only one; a new one replaces it.
  void onNews(News news);

  /// A listener for changes by other nodes. The calls are hints, which may be missing, late or
  /// false. They are made on a thread of the store and must not block.
  interface News {
    /// Another node has written to the session.
    void changed(SessionId session);

    /// Another node has released a session that has unfinished work.
    void freed(SessionId session);

    News NONE =
        new News() {
          @Override
          public void changed(SessionId session) {}

          @Override
          public void freed(SessionId session) {}
        };
  }

  /// The holding of a session; empty if there is no such session.
  Optional<Holding> holding(SessionId id);

  /// The node that holds a session, and whether the session has work.
  ///
  /// @param node the node that holds the session, dead or alive; null if none does
  /// @param epoch the epoch of the newest lease; 0 before the first
  /// @param owesWork whether a brain has work to do in the session
  record Holding(@Nullable String node, long epoch, boolean owesWork) {}

  /// The sessions that wait for a node to claim them.
  Queue queue();

  /// @param sessions the number of sessions that have unfinished work and that no node holds;
  ///   [#QUEUE_LIMIT] means that number or more
  /// @param since a time since which at least one of them has been waiting; empty if none waits
  record Queue(long sessions, Optional<Instant> since) {}

  /// The number up to which a queue is counted.
  int QUEUE_LIMIT = 10_000;

  /// The sessions of a workspace that have unfinished work, held or not, the one with the oldest
  /// last event first.
  ///
  /// @param limit at most this many
  List<SessionId> atWork(WorkspaceId workspace, int limit);

  /// All nodes, this one included, oldest first.
  List<Member> members();

  /// One node.
  ///
  /// @param name the node's name, new with every start
  /// @param host the machine's name
  /// @param pid the id of its process on that machine
  /// @param silent the time since its last beat
  /// @param sessions the number of sessions that it holds
  /// @param self whether it is this node
  record Member(
      String name,
      String host,
      long pid,
      Instant startedAt,
      Duration silent,
      long sessions,
      boolean self) {}
}
