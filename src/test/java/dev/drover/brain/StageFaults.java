package dev.drover.brain;

import dev.drover.hands.Hand;
import dev.drover.session.Event;
import dev.drover.testing.Stage;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;

/// Brains that die in the middle of a step.
final class StageFaults {
  /// A hand that never answers.
  static final Hand DIES =
      _ -> {
        new CountDownLatch(1).await();
        throw new IllegalStateException("never");
      };

  private StageFaults() {}

  /// Wakes a brain, and ends its thread once a call was handed to a hand.
  static void wakeUntilDeath(Stage stage) throws InterruptedException {
    wakeUntilDeath(stage, () -> !stage.all(Event.ToolDispatched.class).isEmpty());
  }

  /// Wakes a brain, and ends its thread as soon as something is so.
  static void wakeUntilDeath(Stage stage, Callable<Boolean> moment) throws InterruptedException {
    var lease = stage.store().eventLog().claim(stage.session()).orElseThrow();
    var brain =
        Thread.ofVirtual()
            .start(
                () -> {
                  try {
                    stage.harness().wake(lease, new Bell());
                  } catch (InterruptedException _) {
                    // It is dead now.
                  }
                });
    org.awaitility.Awaitility.await().until(moment);
    brain.interrupt();
    brain.join();
    stage.store().eventLog().release(lease);
  }
}
