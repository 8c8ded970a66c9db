package dev.drover.brain;

import dev.drover.base.Threads;
import dev.drover.hands.HandSpec;
import dev.drover.hands.Sandboxes;
import java.lang.System.Logger.Level;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// The session's hand, made while the model still writes the call that will need it. The call finds
/// it, or waits for it, as it would for a hand that another call is making. An attempt that fails
/// is reported by nothing: the call makes one of its own, and reports that.
///
/// For one wake. Safe for many threads.
final class EarlyHand implements AutoCloseable {
  private static final System.Logger LOG = System.getLogger(EarlyHand.class.getName());

  private final Harness harness;
  private final HandSpec spec;
  private @Nullable Thread attempt;

  EarlyHand(Harness harness, HandSpec spec) {
    this.harness = harness;
    this.spec = spec;
  }

  /// Begins to make the hand, unless it lives or an attempt has begun. Returns at once.
  synchronized void begin() {
    if (attempt == null && !isHere()) {
      attempt = Thread.ofVirtual().name("early-hand-" + spec.session()).start(this::prepare);
    }
  }

  private boolean isHere() {
    try {
      var grip = harness.hands().visit(spec);
      grip.ifPresent(held -> held.close());
      return grip.isPresent();
    } catch (InterruptedException _) {
      Thread.currentThread().interrupt();
      return true;
    }
  }

  private void prepare() {
    try {
      for (var errand : harness.errands()) {
        if (!errand.mayPrepare(spec.session())) {
          return;
        }
      }
      harness.hands().prepare(spec);
    } catch (Sandboxes.Unavailable | RuntimeException e) {
      LOG.log(Level.DEBUG, "the hand of " + spec.session() + " was not made early", e);
    } catch (InterruptedException _) {
      // No call comes of it.
    }
  }

  /// Ends an attempt that is not over, because no call follows, and waits for its end. A hand that
  /// was made remains the session's, idle.
  synchronized void cancel() {
    if (attempt != null) {
      Threads.stop(List.of(attempt));
      attempt = null;
    }
  }

  @Override
  public void close() {
    cancel();
  }
}
