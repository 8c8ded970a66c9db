package dev.drover.telemetry;

import dev.drover.hands.HandTap;
import dev.drover.hands.ToolCall;
import dev.drover.hands.ToolResult;
import dev.drover.session.SessionId;
import java.lang.System.Logger.Level;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/// The measurements of hands and their calls.
public final class HandMeters implements HandTap {
  private static final System.Logger LOG = System.getLogger(HandMeters.class.getName());

  private final Meters meters;
  private final AtomicInteger alive = new AtomicInteger();

  public HandMeters(Meters meters) {
    this.meters = meters;
    meters.watchHands(alive::get);
  }

  @Override
  public void created(SessionId session, long start) {
    alive.incrementAndGet();
    meters.hands.increment("ok");
    meters.provisionSeconds.since(start);
  }

  @Override
  public void notCreated(SessionId session, boolean interrupted) {
    meters.hands.increment(interrupted ? "interrupted" : "unavailable");
    if (!interrupted) {
      LOG.log(Level.WARNING, "hand could not be created", Facts.of("session", session));
    }
  }

  @Override
  public void attached(SessionId session) {
    alive.incrementAndGet();
    meters.hands.increment("attached");
  }

  @Override
  public void ended(SessionId session, boolean lost) {
    alive.decrementAndGet();
    if (lost) {
      meters.handsLost.increment();
      LOG.log(Level.WARNING, "hand lost", Facts.of("session", session));
    }
  }

  @Override
  public void called(ToolCall call, @Nullable ToolResult result, long start) {
    meters.called(call.name(), result, start);
  }
}
