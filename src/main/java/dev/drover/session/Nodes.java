package dev.drover.session;

import dev.drover.catalog.WorkspaceId;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// The servers that share one store, seen from one of them, and the sessions that they hold. A node
/// that has not been heard of for [#lapse] is dead to the others: its sessions are free for them.
/// Durable when a call returns; safe for many threads; blocking.
public interface Nodes {
  /// Says that this node lives, frees what dead nodes held, and tidies up. To be called more often
  /// than every third of [#lapse].
  ///
  /// @return false if the others had taken this node for dead: every lease that it had is void. It
  ///   has a new name now
  boolean beat();

  /// How long a node may be silent.
  Duration lapse();

  /// Sessions that owe work and that nobody held: this node holds them now. Whoever gets a lease
  /// must wake a brain with it.
  ///
  /// @param limit at most this many
  List<Lease> claim(int limit);

  /// What this node holds by the store's account: more than its brains know of, where the answer to
  /// a claim was lost.
  List<Lease> held();

  /// From now on this node takes on no session, whatever it receives.
  void drain();

  /// Takes this node's name off, and frees what it still holds. Nothing may follow but reads.
  void leave();

  /// Whether other nodes live, as far as this one has heard.
  boolean hasPeers();

  /// Has `news` told of what other nodes do. There is one listener: the newest.
  void onNews(News news);

  /// What a node hears of others: hints, which may be missing, late or in vain. Called on a thread
  /// of the store; must not block.
  interface News {
    /// Another node has written the session.
    void changed(SessionId session);

    /// Another node has let a session go that owes work.
    void freed(SessionId session);

    News NONE =
        new News() {
          @Override
          public void changed(SessionId session) {}

          @Override
          public void freed(SessionId session) {}
        };
  }

  /// Who holds a session; empty without such a session.
  Optional<Holding> holding(SessionId id);

  /// A session as the nodes share it out.
  ///
  /// @param node who holds it, dead or alive; null: nobody
  /// @param epoch of the newest lease; 0 before the first
  /// @param owesWork whether a brain has to see to it
  record Holding(@Nullable String node, long epoch, boolean owesWork) {}

  /// What waits for a node to claim it.
  Queue queue();

  /// @param sessions that owe work and that nobody holds; [#QUEUE_LIMIT] means so many or more
  /// @param since when one of them has been waiting at the latest; empty: none waits
  record Queue(long sessions, Optional<Instant> since) {}

  /// No queue is counted further.
  int QUEUE_LIMIT = 10_000;

  /// Sessions of a workspace that owe work, held or not: those first in whose log nothing has
  /// happened for longest.
  ///
  /// @param limit at most this many
  List<SessionId> atWork(WorkspaceId workspace, int limit);

  /// All nodes, this one included, oldest first.
  List<Member> members();

  /// One node.
  ///
  /// @param name new with every start
  /// @param host the machine's name
  /// @param pid its process there
  /// @param silent since it was last heard of
  /// @param sessions how many it holds
  /// @param self whether it is the one that was asked
  record Member(
      String name,
      String host,
      long pid,
      Instant startedAt,
      Duration silent,
      long sessions,
      boolean self) {}
}
