package dev.drover.telemetry;

import dev.drover.hands.HandSpec;
import dev.drover.hands.Sandbox;
import dev.drover.hands.Sandboxes;
import dev.drover.hands.ToolCall;
import dev.drover.hands.ToolResult;
import dev.drover.session.EventId;
import dev.drover.session.HandId;
import dev.drover.session.SessionId;
import java.lang.System.Logger.Level;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.BooleanSupplier;

/// Sandboxes whose lives are measured.
public final class MeteredSandboxes implements Sandboxes {
  private static final System.Logger LOG = System.getLogger(MeteredSandboxes.class.getName());

  private final Sandboxes sandboxes;
  private final Meters meters;
  private final AtomicInteger alive = new AtomicInteger();

  public MeteredSandboxes(Sandboxes sandboxes, Meters meters) {
    this.sandboxes = sandboxes;
    this.meters = meters;
    meters.watchHands(alive::get);
  }

  @Override
  public Sandbox provision(HandSpec spec) throws Unavailable, InterruptedException {
    long start = System.nanoTime();
    var outcome = "interrupted";
    try {
      var sandbox = sandboxes.provision(spec);
      outcome = "ok";
      meters.provisionSeconds.since(start);
      return metered(sandbox, spec);
    } catch (Unavailable e) {
      outcome = "unavailable";
      LOG.log(Level.WARNING, "hand could not be created", Facts.of("session", spec.session()));
      throw e;
    } finally {
      meters.hands.increment(outcome);
    }
  }

  @Override
  public Optional<Sandbox> attach(HandSpec spec, HandId hand) throws InterruptedException {
    var sandbox = sandboxes.attach(spec, hand);
    sandbox.ifPresent(_ -> meters.hands.increment("attached"));
    return sandbox.map(found -> metered(found, spec));
  }

  private Sandbox metered(Sandbox sandbox, HandSpec spec) {
    alive.incrementAndGet();
    return new Metered(sandbox, spec.session());
  }

  @Override
  public void release(SessionId session) {
    sandboxes.release(session);
  }

  @Override
  public void discard(SessionId session) {
    sandboxes.discard(session);
  }

  @Override
  public Set<SessionId> kept() {
    return sandboxes.kept();
  }

  @Override
  public void close() {
    sandboxes.close();
  }

  private final class Metered implements Sandbox {
    private final Sandbox sandbox;
    private final SessionId session;
    private final AtomicBoolean over = new AtomicBoolean();

    Metered(Sandbox sandbox, SessionId session) {
      this.sandbox = sandbox;
      this.session = session;
    }

    @Override
    public HandId id() {
      return sandbox.id();
    }

    @Override
    public ToolResult execute(ToolCall call, BooleanSupplier leaves) throws InterruptedException {
      return sandbox.execute(call, leaves);
    }

    @Override
    public void stop(EventId call) {
      sandbox.stop(call);
    }

    @Override
    public boolean isAlive() {
      return sandbox.isAlive();
    }

    @Override
    public void leave() {
      if (over.compareAndSet(false, true)) {
        alive.decrementAndGet();
      }
      sandbox.leave();
    }

    @Override
    public void close() {
      if (over.compareAndSet(false, true)) {
        alive.decrementAndGet();
        if (!sandbox.isAlive()) {
          meters.handsLost.increment();
          LOG.log(Level.WARNING, "hand lost", Facts.of("session", session));
        }
      }
      sandbox.close();
    }
  }
}
