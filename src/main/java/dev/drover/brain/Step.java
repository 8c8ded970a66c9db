package dev.drover.brain;

import dev.drover.session.EventId;
import dev.drover.session.Queued;
import dev.drover.session.SessionError;
import dev.drover.session.StopReason;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/// The next action of a brain.
sealed interface Step {
  /// Ask the model.
  ///
  /// @param turn which status events to record first
  /// @param taken a client's message to process first, with the system message that was sent with
  ///   it; empty if the log has enough to answer
  /// @param open a request that is in the log without its end, because its brain died
  record Ask(Opening turn, List<Queued> taken, Optional<EventId> open) implements Step {
    public Ask {
      taken = List.copyOf(taken);
    }
  }

  /// Whether a step begins a turn, continues one, or follows a pause.
  enum Opening {
    BEGINS,
    GOES_ON,
    RESUMES
  }

  /// Run the calls of the last reply that have no result and do not wait for the client, in the
  /// order of the reply.
  ///
  /// @param turn which status events to record first
  record Act(Opening turn, List<ThreadFold.Call> calls) implements Step {
    public Act {
      calls = List.copyOf(calls);
    }
  }

  /// Stop the running calls, answer every open call, and end the turn.
  ///
  /// @param interrupts all waiting interrupts, oldest first
  record Interrupt(List<Queued> interrupts) implements Step {
    public Interrupt {
      interrupts = List.copyOf(interrupts);
    }
  }

  /// Wait after a failed model request.
  ///
  /// @param longest the planned length of the whole pause; the limit if the clock was changed
  ///   meanwhile
  record BackOff(Instant until, Duration longest) implements Step {}

  /// End the turn.
  ///
  /// @param error the error to record first; empty if there is none
  record End(StopReason reason, Optional<SessionError> error) implements Step {}

  /// End a turn that cannot continue, and process the waiting events without an answer.
  ///
  /// @param unanswered the result text for every call without a result
  record GiveUp(SessionError error, String unanswered) implements Step {}

  /// Rest: no work is left.
  record Rest() implements Step {}
}
