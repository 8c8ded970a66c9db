package dev.drover.store;

import dev.drover.session.Lease;

/// This node, as it is named in the rows of sessions. The name changes when other nodes considered
/// this node dead. Safe for many threads.
public final class OwnNode {
  private volatile String name;
  private final String place;
  private volatile boolean leaving;

  /// @param place the name of the data directory in jobs that only its nodes can do
  public OwnNode(String name, String place) {
    this.name = name;
    this.place = place;
  }

  public String name() {
    return name;
  }

  public String place() {
    return place;
  }

  /// Whether this node claims no further sessions.
  public boolean isLeaving() {
    return leaving;
  }

  public void rename(String other) {
    name = other;
  }

  public void leave() {
    leaving = true;
  }

  /// The state of a free session after this node has claimed it; unchanged if this node is leaving.
  public SessionState claim(SessionState state) {
    return leaving ? state : state.claimedBy(name);
  }

  public boolean honours(SessionState state, Lease lease) {
    return state.honours(lease, name);
  }
}
