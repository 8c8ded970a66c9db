package dev.drover.brain;

import dev.drover.hands.Grip;
import dev.drover.hands.Sandboxes;
import dev.drover.hands.ToolResult;
import dev.drover.session.HandId;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import org.jspecify.annotations.Nullable;

/// Finds out what becomes of the calls of one step, and holds the hands that they need until it is
/// closed. A hand is made only if a call will run in it, and one for all.
///
/// One thread after the other; [#close] when no other is at work in here.
final class Judging implements AutoCloseable {
  private final Sitting at;
  private final Map<HandId, Optional<Grip>> known = new HashMap<>();
  private final List<Grip> grips = new CopyOnWriteArrayList<>();
  private @Nullable Grip made;
  private Optional<ToolResult> unavailable = Optional.empty();
  private volatile boolean left;

  Judging(Sitting at) {
    this.at = at;
  }

  /// In the order of the calls. Waits for hands, and may be interrupted in that.
  List<Judged> judge(List<ThreadFold.Call> calls) throws InterruptedException {
    var judged = new ArrayList<Judged>();
    for (var call : calls) {
      judged.add(judge(call));
    }
    return judged;
  }

  private Judged judge(ThreadFold.Call call) throws InterruptedException {
    var refusal = refusal(call);
    if (refusal.isPresent()) {
      return new Judged.Answered(call, refusal.get());
    }
    if (call.attempts() == 0) {
      return dispatch(call);
    }
    if (call.hand().isPresent()) {
      var grip = attach(call.hand().get());
      if (grip.isPresent()) {
        return new Judged.Resumed(call, grip.get());
      }
    }
    return mayRunAgain(call, call.attempts())
        ? dispatch(call)
        : new Judged.Reported(call, unknown(call));
  }

  private Judged dispatch(ThreadFold.Call call) throws InterruptedException {
    if (made == null && unavailable.isEmpty()) {
      try {
        made = at.harness().hands().provision(at.session());
        hold(made);
      } catch (Sandboxes.Unavailable e) {
        unavailable = Optional.of(ToolResult.error(String.valueOf(e.getMessage())));
      }
    }
    if (made != null) {
      return new Judged.Dispatched(call, made);
    }
    return call.attempts() == 0
        ? new Judged.Answered(call, unavailable.orElseThrow())
        : new Judged.Reported(call, unknown(call));
  }

  private Optional<Grip> attach(HandId hand) throws InterruptedException {
    if (!known.containsKey(hand)) {
      var grip = at.harness().hands().attach(at.session(), hand);
      grip.ifPresent(this::hold);
      known.put(hand, grip);
    }
    return known.get(hand);
  }

  /// Whether a call whose hand is gone is handed to another one.
  boolean mayRunAgain(ThreadFold.Call call, int attempts) {
    return attempts < OnAmbiguous.ATTEMPTS && at.harness().onAmbiguous().retries(call.use().name());
  }

  private void hold(Grip grip) {
    grips.add(grip);
    if (left) {
      grip.leave();
    }
  }

  /// From now on the calls are left: somebody will ask for what comes of them. At any time.
  void leave() {
    left = true;
    grips.forEach(Grip::leave);
  }

  @Override
  public void close() {
    grips.forEach(Grip::close);
  }

  /// The result of a call that must not run: it is not allowed, or cannot.
  private static Optional<ToolResult> refusal(ThreadFold.Call call) {
    var name = call.use().name();
    if (call.refusal() != null) {
      return Optional.of(ToolResult.error(call.refusal()));
    }
    if (call.use().isRefused()) {
      return Optional.of(ToolResult.error("Permission to use " + name + " has been denied."));
    }
    var decision = call.decision();
    return decision == null || decision.allow()
        ? Optional.empty()
        : Optional.of(ToolResult.error(rejected(name, decision.denyMessage())));
  }

  private static String rejected(String name, @Nullable String why) {
    return "The user rejected this use of " + name + (why == null ? "." : ": " + why);
  }

  private static ToolResult unknown(ThreadFold.Call call) {
    return ToolResult.lost(
        call.use().name()
            + ": the sandbox was lost while this call was running and the server was away. It may"
            + " or may not have taken effect; check before trying again.");
  }
}
