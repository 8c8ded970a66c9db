package dev.drover.testing;

import dev.drover.base.Json;
import dev.drover.brain.Repositories;
import dev.drover.hands.Grip;
import dev.drover.hands.ToolCall;
import dev.drover.session.EventId;
import dev.drover.session.SessionResource.Repository;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.LinkedBlockingQueue;

/// Clones nothing: it runs a command in the hand, and then says what it was told to say, in order.
public final class PuppetRepositories implements Repositories {
  private final BlockingQueue<Outcome> outcomes = new LinkedBlockingQueue<>();
  private final List<String> calls = new CopyOnWriteArrayList<>();

  public PuppetRepositories then(Outcome outcome) {
    outcomes.add(outcome);
    return this;
  }

  /// The ids of the calls.
  public List<String> calls() {
    return calls;
  }

  @Override
  public Outcome clone(Grip grip, Repository repository, EventId call) throws InterruptedException {
    calls.add(call.value());
    grip.execute(new ToolCall(call, "bash", Json.obj("command", "clone " + repository.url())));
    var next = outcomes.poll();
    return next == null ? new Outcome.Cloned(List.of()) : next;
  }
}
