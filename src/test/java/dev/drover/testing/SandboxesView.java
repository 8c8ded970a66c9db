package dev.drover.testing;

import dev.drover.hands.HandSpec;
import dev.drover.hands.Sandbox;
import dev.drover.hands.Sandboxes;
import dev.drover.session.HandId;
import dev.drover.session.SessionId;
import java.util.Optional;
import java.util.Set;

/// Another maker of sandboxes seen through one's own eyes: override what should go otherwise.
public interface SandboxesView extends Sandboxes {
  /// The one behind it.
  Sandboxes sandboxes();

  @Override
  default Sandbox provision(HandSpec spec) throws Unavailable, InterruptedException {
    return sandboxes().provision(spec);
  }

  @Override
  default Optional<Sandbox> attach(HandSpec spec, HandId hand) throws InterruptedException {
    return sandboxes().attach(spec, hand);
  }

  @Override
  default void release(SessionId session) {
    sandboxes().release(session);
  }

  @Override
  default void discard(SessionId session) {
    sandboxes().discard(session);
  }

  @Override
  default boolean isElsewhere(SessionId session) {
    return sandboxes().isElsewhere(session);
  }

  @Override
  default Optional<String> home(SessionId session) {
    return sandboxes().home(session);
  }

  @Override
  default Set<SessionId> kept() {
    return sandboxes().kept();
  }

  @Override
  default void close() {
    sandboxes().close();
  }
}
