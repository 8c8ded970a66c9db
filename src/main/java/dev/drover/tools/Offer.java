package dev.drover.tools;

import dev.drover.session.Event;

/// A tool that is offered to an agent's model.
///
/// @param permission the decision on a call before it runs; without meaning if the client runs the
///   tool
public record Offer(ToolSpec spec, Runs runs, Event.Permission permission) {
  public String name() {
    return spec.name();
  }
}
