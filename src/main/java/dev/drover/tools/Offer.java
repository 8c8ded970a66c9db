package dev.drover.tools;

import dev.drover.session.Event;

/// A tool that an agent's model is offered.
///
/// @param permission what becomes of a call before it runs; of no meaning where the client runs it
public record Offer(ToolSpec spec, Runs runs, Event.Permission permission) {
  public String name() {
    return spec.name();
  }
}
