package dev.drover.templates;

import dev.drover.catalog.Packages;
import dev.drover.hands.Grip;
import dev.drover.hands.HandSpec;
import dev.drover.hands.Hands;
import dev.drover.hands.Sandboxes;
import dev.drover.session.HandId;
import dev.drover.session.SessionId;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;

/// Hands that are only made once the packages of their environments are installed. The wait holds
/// nothing that other sessions, or the end of this one, need. Safe for many threads.
public final class TemplatedHands implements Hands {
  private final Hands hands;
  private final Templates templates;
  private final Function<SessionId, Packages> packages;

  /// @param packages those of a session
  public TemplatedHands(Hands hands, Templates templates, Function<SessionId, Packages> packages) {
    this.hands = hands;
    this.templates = templates;
    this.packages = packages;
  }

  @Override
  public Grip provision(HandSpec spec) throws Sandboxes.Unavailable, InterruptedException {
    templates.await(packages.apply(spec.session()));
    return hands.provision(spec);
  }

  @Override
  public void prepare(HandSpec spec) throws Sandboxes.Unavailable, InterruptedException {
    templates.await(packages.apply(spec.session()));
    hands.prepare(spec);
  }

  @Override
  public Optional<Grip> attach(HandSpec spec, HandId hand) throws InterruptedException {
    return hands.attach(spec, hand);
  }

  @Override
  public Optional<Grip> visit(HandSpec spec) throws InterruptedException {
    return hands.visit(spec);
  }

  @Override
  public Optional<String> home(SessionId session) {
    return hands.home(session);
  }

  @Override
  public boolean isElsewhere(SessionId session) {
    return hands.isElsewhere(session);
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
