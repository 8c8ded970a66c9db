package dev.drover.api;

import dev.drover.base.Ids;
import dev.drover.brain.Brain;
import dev.drover.catalog.Agents;
import dev.drover.catalog.Environments;
import dev.drover.model.Models;
import dev.drover.session.EventLog;
import dev.drover.session.Feed;
import dev.drover.session.Nodes;
import dev.drover.session.Sessions;
import java.time.Instant;
import java.time.InstantSource;
import java.time.temporal.ChronoUnit;

/// What the HTTP API stands on.
///
/// @param imageLimits how large an image may be that a client sends
public record Parts(
    Agents agents,
    Environments environments,
    Sessions sessions,
    EventLog log,
    Nodes nodes,
    Feed feed,
    Brain brain,
    Models models,
    ImageLimits imageLimits,
    Ids ids,
    InstantSource clock) {

  /// The time, as precisely as the protocol shows it.
  Instant now() {
    return clock.instant().truncatedTo(ChronoUnit.MICROS);
  }
}
