package dev.drover.bench;

import com.sun.management.ThreadMXBean;
import dev.drover.base.Ids;
import dev.drover.base.Json;
import dev.drover.bench.context.SimulatedHarness;
import dev.drover.brain.Harness;
import dev.drover.model.Answer;
import dev.drover.model.Capabilities;
import dev.drover.model.Listener;
import dev.drover.model.Model;
import dev.drover.model.Models;
import dev.drover.model.Prompt;
import dev.drover.profile.Profiles;
import dev.drover.session.Delivery;
import dev.drover.session.Event;
import dev.drover.session.EventId;
import dev.drover.session.EventLog;
import dev.drover.session.ModelUsage;
import dev.drover.session.SessionId;
import dev.drover.session.Sessions;
import dev.drover.tools.Inventory;
import java.lang.management.ManagementFactory;
import java.util.List;
import java.util.Optional;

/// Wakes of sessions in this process, to count the memory that they take. The harness and the store
/// are real; the model answers at once. One thread, which must be a platform thread.
final class WakeMemory {
  private static final Answer DONE =
      new Answer.Reply(
          Json.arr(Json.obj("type", "text", "text", "Done.")),
          "end_turn",
          Json.EMPTY,
          new ModelUsage(20, 2, 0, 0));

  private final EventLog log;
  private final Ids ids;
  private final Harness harness;
  private final ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();

  /// A model of which nothing is known.
  private static final class Done implements Model, Models {
    @Override
    public Answer answer(Prompt prompt, Listener listener) {
      return DONE;
    }

    @Override
    public Route route(String modelId) {
      return new Route(this, modelId);
    }

    @Override
    public Capabilities capabilities(String modelId) {
      return new Capabilities(
          32_768, 8_192, List.of(), Optional.empty(), true, true, true, Optional.empty(), false);
    }

    @Override
    public List<String> ids() {
      return List.of();
    }
  }

  WakeMemory(Sessions sessions, EventLog log, Ids ids) {
    this.log = log;
    this.ids = ids;
    harness =
        SimulatedHarness.of(sessions, log, ids, new Done(), Inventory.HANDS, Profiles.BUILT_IN, 1);
  }

  /// Sends a message to a session at rest, and wakes a brain in this thread, which asks the model
  /// and rests again.
  ///
  /// @return the bytes that the brain has allocated
  long wake(SessionId session) throws InterruptedException {
    var id = new EventId(ids.next(EventId.PREFIX));
    var text = Json.arr(Json.obj("type", "text", "text", "Go on with the next file, please."));
    var delivery = new Delivery(ids.next("send_"), false);
    log.receive(session, List.of(new Event.UserMessage(id, text)), delivery)
        .lease()
        .ifPresent(log::release);
    long before = threads.getCurrentThreadAllocatedBytes();
    if (!harness.wake(session)) {
      throw new IllegalStateException("the session is held by another node");
    }
    return threads.getCurrentThreadAllocatedBytes() - before;
  }

  /// The size of all objects in use, in bytes.
  static long live() {
    System.gc();
    var memory = ManagementFactory.getMemoryMXBean();
    return memory.getHeapMemoryUsage().getUsed();
  }
}
