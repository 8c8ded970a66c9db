package dev.drover.store;

import dev.drover.session.Lease;

/// This node, as the rows of sessions name it. The name changes when others took the node for dead.
/// Safe for many threads.
public final class OwnNode {
  private volatile String name;
  private final String place;
  private volatile boolean leaving;

  /// @param place the data directory, as jobs name it that are for its nodes alone
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

  /// Whether this node takes on no session any more.
  public boolean isLeaving() {
    return leaving;
  }

  public void rename(String other) {
    name = other;
  }

  public void leave() {
    leaving = true;
  }

  /// The state of a free session once this node has it; unchanged when it takes on none.
  public SessionState claim(SessionState state) {
    return leaving ? state : state.claimedBy(name);
  }

  public boolean honours(SessionState state, Lease lease) {
    return state.honours(lease, name);
  }
}
