package dev.drover.brain;

import dev.drover.session.EventId;
import dev.drover.session.HandId;
import java.util.Optional;

/// A carrier of calls that run in this process. The calls end with the step: a call that is
/// interrupted or left is stopped, and its result cannot be fetched later.
sealed interface HereCarrier extends Carrier, Carrier.Runner permits McpCarrier, ServerCarrier {
  @Override
  default Optional<Runner> attach(ThreadFold.Call call) {
    return Optional.empty();
  }

  @Override
  default Runner provision() {
    return this;
  }

  @Override
  default Optional<HandId> hand() {
    return Optional.empty();
  }

  /// Does nothing: the end of the step interrupts the call.
  @Override
  default void stop(EventId call) {}

  @Override
  default String lost(String tool) {
    return tool
        + ": Drover stopped while this call was running. It may or may not have taken effect;"
        + " check before trying again.";
  }

  @Override
  default void leave() {}

  @Override
  default void close() {}
}
