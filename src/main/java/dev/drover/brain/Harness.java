package dev.drover.brain;

import dev.drover.base.Ids;
import dev.drover.base.MemoryBudget;
import dev.drover.base.Pause;
import dev.drover.hands.HandSpec;
import dev.drover.hands.Hands;
import dev.drover.model.Models;
import dev.drover.profile.Profiles;
import dev.drover.session.EventLog;
import dev.drover.session.Feed;
import dev.drover.session.Lease;
import dev.drover.session.SessionId;
import dev.drover.session.Sessions;
import dev.drover.tools.Inventory;
import dev.drover.tools.McpTools;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import java.util.random.RandomGenerator;

/// The harness: everything that brains share. It holds no state of any session, so any number of
/// wakes, on any node and after any crash, lead to the same log. Safe for many threads.
///
/// @param hands the hands; a session's first call that needs one provisions it, see [EarlyHand]
/// @param errands what is done in a hand around its calls, in this order
/// @param tools the tools that agents can be offered, besides those of MCP servers
/// @param mcp the MCP servers of agents
/// @param repositories clones the repositories of sessions
/// @param profiles how the contexts of models are made
/// @param maxToolRounds the maximum number of replies with tool calls in one turn
/// @param pause performs all timed waits
/// @param memory the budget that all prompts share, except small ones
/// @param attached the files that messages refer to
public record Harness(
    EventLog log,
    Sessions sessions,
    Feed feed,
    Models models,
    Hands hands,
    List<HandErrand> errands,
    Inventory tools,
    McpTools mcp,
    Repositories repositories,
    Profiles profiles,
    Retries retries,
    int maxToolRounds,
    OnAmbiguous onAmbiguous,
    Ids ids,
    InstantSource clock,
    Pause pause,
    RandomGenerator random,
    MemoryBudget memory,
    AttachedFiles attached) {

  /// Claims the session, if no node holds it, and works until it rests: reads the log from its last
  /// boundary, then performs one step after the other. At most one wake at a time makes progress on
  /// a session.
  ///
  /// @return whether the session was claimed
  /// @throws dev.drover.base.Problem if the store fails; the session can be woken again
  /// @throws InterruptedException if the calling thread is interrupted; the running step stops, and
  ///   the session keeps its place in the log
  public boolean wake(SessionId id) throws InterruptedException {
    Optional<Lease> lease = log.claim(id);
    if (lease.isPresent()) {
      wake(lease.get(), new Bell());
    }
    return lease.isPresent();
  }

  void wake(Lease lease, Bell bell) throws InterruptedException {
    wakeUp(lease, bell).run();
  }

  /// Ends a turn that a wake could not continue.
  void abandon(Lease lease, String why) {
    wakeUp(lease, new Bell()).abandon(why);
  }

  private Wake wakeUp(Lease lease, Bell bell) {
    var session = sessions.getSession(lease.session());
    var progress = session.progress();
    var fold = new SessionFold(progress.boundary(), progress.usage(), session.budget());
    var thread = session.primary();
    var writer = new LogWriter(log, lease, fold, thread.key());
    var early = new EarlyHand(this, HandSpec.workspace(session.id()));
    return new Wake(new WakeContext(this, session, thread, writer, bell, early));
  }
}
