package dev.drover.telemetry;

import dev.drover.hands.Grip;
import dev.drover.hands.HandSpec;
import dev.drover.hands.Hands;
import dev.drover.hands.Sandboxes;
import dev.drover.hands.ToolCall;
import dev.drover.hands.ToolResult;
import dev.drover.session.EventId;
import dev.drover.session.HandId;
import dev.drover.session.SessionId;
import java.util.Optional;
import java.util.Set;

/// Hands whose calls are measured.
public final class MeteredHands implements Hands {
  private final Hands hands;
  private final Meters meters;

  public MeteredHands(Hands hands, Meters meters) {
    this.hands = hands;
    this.meters = meters;
  }

  @Override
  public Grip provision(HandSpec spec) throws Sandboxes.Unavailable, InterruptedException {
    return new Measured(hands.provision(spec));
  }

  @Override
  public Optional<Grip> attach(HandSpec spec, HandId hand) throws InterruptedException {
    return hands.attach(spec, hand).map(Measured::new);
  }

  private final class Measured implements Grip {
    private final Grip grip;

    Measured(Grip grip) {
      this.grip = grip;
    }

    @Override
    public HandId id() {
      return grip.id();
    }

    @Override
    public ToolResult execute(ToolCall call) throws InterruptedException {
      return meters.measured(call.name(), () -> grip.execute(call));
    }

    @Override
    public void stop(EventId call) {
      grip.stop(call);
    }

    @Override
    public void leave() {
      grip.leave();
    }

    @Override
    public void close() {
      grip.close();
    }
  }

  @Override
  public void leave(SessionId session) {
    hands.leave(session);
  }

  @Override
  public void leave() {
    hands.leave();
  }

  @Override
  public void release(SessionId session) {
    hands.release(session);
  }

  @Override
  public void discard(SessionId session) {
    hands.discard(session);
  }

  @Override
  public Set<SessionId> kept() {
    return hands.kept();
  }
}
