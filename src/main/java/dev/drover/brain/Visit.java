package dev.drover.brain;

import dev.drover.catalog.WorkspaceId;
import dev.drover.hands.Grip;
import dev.drover.session.SessionId;
import dev.drover.session.SessionThread;

/// One visit of an errand to a hand.
///
/// @param thread whose calls run in the hand
/// @param grip holds the hand during the visit; the caller closes it
public record Visit(WorkspaceId workspace, SessionThread thread, Grip grip) {
  public SessionId session() {
    return thread.session();
  }
}
