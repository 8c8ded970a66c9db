package dev.drover.hands;

import dev.drover.session.SessionId;

/// What a hand is made from. What is the same for all hands of a server, such as their limits, is a
/// setting.
///
/// @param session whose workspace it gets; the workspace outlives the hand
/// @param name which of the session's hands
public record HandSpec(SessionId session, HandName name) {
  /// Of the hand that runs the built-in tools.
  public static HandSpec workspace(SessionId session) {
    return new HandSpec(session, HandName.WORKSPACE);
  }
}
