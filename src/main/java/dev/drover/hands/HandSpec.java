package dev.drover.hands;

import dev.drover.session.SessionId;

/// The specification of a hand. Whatever is the same for all hands of a server, such as the limits,
/// is a setting instead.
///
/// @param session whose workspace it gets; the workspace outlives the hand
/// @param name which of the session's hands
public record HandSpec(SessionId session, HandName name) {
  /// The specification of the hand that runs the built-in tools.
  public static HandSpec workspace(SessionId session) {
    return new HandSpec(session, HandName.WORKSPACE);
  }
}
