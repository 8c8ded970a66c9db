package dev.drover.brain;

import dev.drover.hands.Grip;
import dev.drover.hands.HandSpec;
import dev.drover.hands.Sandboxes;
import dev.drover.hands.ToolCall;
import dev.drover.hands.ToolResult;
import dev.drover.session.EventId;
import dev.drover.session.HandId;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import org.jspecify.annotations.Nullable;

/// The carrier of calls that run in the session's hands. A hand is provisioned only if a call will
/// run in it, and all new calls share it.
final class HandCarrier implements Carrier {
  private final WakeContext at;
  private final HandSpec spec;
  private final Errands errands;
  private final Map<HandId, Optional<Runner>> known = new HashMap<>();
  private final List<Grip> grips = new CopyOnWriteArrayList<>();
  private @Nullable Held made;
  private Sandboxes.@Nullable Unavailable unavailable;
  private volatile boolean left;

  HandCarrier(WakeContext at, HandSpec spec, Errands errands) {
    this.at = at;
    this.spec = spec;
    this.errands = errands;
  }

  private record Held(Grip grip, Errands errands) implements Runner {
    @Override
    public Optional<HandId> hand() {
      return Optional.of(grip.id());
    }

    @Override
    public ToolResult execute(ToolCall call) throws InterruptedException {
      return errands.around(grip, call);
    }

    @Override
    public void stop(EventId call) {
      grip.stop(call);
    }
  }

  @Override
  public Optional<Runner> attach(ThreadFold.Call call) throws InterruptedException {
    return call.hand().isEmpty() ? Optional.empty() : attach(call.hand().get());
  }

  private Optional<Runner> attach(HandId hand) throws InterruptedException {
    if (!known.containsKey(hand)) {
      known.put(hand, at.harness().hands().attach(spec, hand).map(this::hold));
    }
    return known.get(hand);
  }

  @Override
  public Runner provision() throws Sandboxes.Unavailable, InterruptedException {
    return held();
  }

  /// The hand of [#provision].
  Grip hold() throws Sandboxes.Unavailable, InterruptedException {
    return held().grip();
  }

  private Held held() throws Sandboxes.Unavailable, InterruptedException {
    if (unavailable != null) {
      throw unavailable;
    }
    if (made == null) {
      try {
        errands.beforeHand();
        var grip = at.harness().hands().provision(spec);
        var runner = hold(grip);
        errands.before(grip);
        made = runner;
      } catch (Sandboxes.Unavailable e) {
        unavailable = e;
        throw e;
      }
    }
    return made;
  }

  private Held hold(Grip grip) {
    grips.add(grip);
    if (left) {
      grip.leave();
    }
    return new Held(grip, errands);
  }

  @Override
  public String lost(String tool) {
    return tool
        + ": the sandbox was lost while this call was running and the server was away. It may"
        + " or may not have taken effect; check before trying again.";
  }

  @Override
  public void leave() {
    left = true;
    grips.forEach(Grip::leave);
  }

  @Override
  public void close() {
    grips.forEach(Grip::close);
  }
}
