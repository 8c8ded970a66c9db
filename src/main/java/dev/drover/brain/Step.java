package dev.drover.brain;

import dev.drover.session.EventId;
import dev.drover.session.Queued;
import dev.drover.session.SessionError;
import dev.drover.session.StopReason;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/// The one thing that a brain does next.
sealed interface Step {
  /// Ask the model.
  ///
  /// @param turn what has to be said of the turn first
  /// @param taken a client's message to take up just before, with what was sent along with it;
  ///   empty: there is enough to answer
  /// @param open a request that is in the log already and has no end: its brain died
  record Ask(Opening turn, List<Queued> taken, Optional<EventId> open) implements Step {
    public Ask {
      taken = List.copyOf(taken);
    }
  }

  /// Whether a step begins a turn, goes on with one, or comes after a pause.
  enum Opening {
    BEGINS,
    GOES_ON,
    RESUMES
  }

  /// Run the calls of the last reply that have no result and wait for no client, in the order in
  /// which the model asked.
  ///
  /// @param turn what has to be said of the turn first
  record Act(Opening turn, List<ThreadFold.Call> calls) implements Step {
    public Act {
      calls = List.copyOf(calls);
    }
  }

  /// Cut short what goes on, answer every call, and end the turn.
  ///
  /// @param interrupts every one that waits, oldest first
  record Interrupt(List<Queued> interrupts) implements Step {
    public Interrupt {
      interrupts = List.copyOf(interrupts);
    }
  }

  /// Wait, after a failure of the model.
  ///
  /// @param longest what the whole pause was to be: no longer, however the clock was set meanwhile
  record BackOff(Instant until, Duration longest) implements Step {}

  /// End the turn.
  ///
  /// @param error what to tell the client first; empty: nothing went wrong
  record End(StopReason reason, Optional<SessionError> error) implements Step {}

  /// End the turn, which cannot go on, and take along what waits.
  ///
  /// @param unanswered the result of every call that has none
  record GiveUp(SessionError error, String unanswered) implements Step {}

  /// Nothing is owed.
  record Rest() implements Step {}
}
