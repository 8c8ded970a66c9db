package dev.drover.sim;

import dev.drover.session.Event;
import dev.drover.session.EventId;
import dev.drover.session.Status;
import dev.drover.session.StopReason;
import dev.drover.session.Stored;
import dev.drover.session.Usage;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// What must hold of every session when all faults are over and nothing is left to do.
final class Judge {
  private final World world;
  private final SimClient client;
  private final List<Stored> log;

  Judge(World world, SimClient client) {
    this.world = world;
    this.client = client;
    log = client.log();
  }

  void judge() {
    theLogIsSound();
    whatWasAcknowledgedIsThereOnce();
    everyCallHasOneResult();
    theRowIsAFold();
    theGrammarHolds();
    chaptersAreCounted();
  }

  private void violated(String what) {
    world.violated(client.session() + ": " + what);
  }

  private void chaptersAreCounted() {
    for (var stored : log) {
      if (stored.event() instanceof Event.ContextOpened opened) {
        world.totals.chapters++;
        boolean byModel =
            opened.kind() == Event.ContextOpened.Kind.SUMMARY
                || opened.kind() == Event.ContextOpened.Kind.NOTE
                || opened.kind() == Event.ContextOpened.Kind.SERVER;
        world.totals.summaries += byModel ? 1 : 0;
      }
    }
  }

  private void theLogIsSound() {
    var ids = new HashMap<EventId, Integer>();
    var last = Instant.EPOCH;
    for (int i = 0; i < log.size(); i++) {
      var stored = log.get(i);
      if (stored.position() != i + 1) {
        violated("position %d is %d".formatted(i + 1, stored.position()));
      }
      if (!stored.processedAt().isAfter(last)) {
        violated("the time at %d does not rise".formatted(i + 1));
      }
      last = stored.processedAt();
      if (ids.merge(stored.event().id(), 1, Integer::sum) > 1) {
        violated("event %s is there twice".formatted(stored.event().id()));
      }
    }
  }

  private void whatWasAcknowledgedIsThereOnce() {
    world.totals.acknowledged += client.acknowledged.size();
    for (var id : client.acknowledged) {
      if (log.stream().noneMatch(stored -> stored.event().id().equals(id))) {
        world.totals.lost++;
        violated("the acknowledged event %s is lost".formatted(id));
      }
    }
    client.marks.forEach(
        (mark, acknowledged) -> {
          long times =
              log.stream()
                  .filter(
                      stored ->
                          stored.event() instanceof Event.UserMessage e
                              && e.content().toString().contains("\"" + mark + "\""))
                  .count();
          if (times > 1) {
            world.totals.doubled++;
            violated("the message %s is there %d times".formatted(mark, times));
          } else if (times == 0 && acknowledged) {
            world.totals.lost++;
            violated("the acknowledged message %s is lost".formatted(mark));
          }
        });
  }

  private void everyCallHasOneResult() {
    Map<EventId, Integer> results = new HashMap<>();
    for (var stored : log) {
      switch (stored.event()) {
        case Event.ToolUse use -> results.put(use.id(), 0);
        case Event.AgentToolResult e -> results.merge(e.toolUseId(), 1, Integer::sum);
        case Event.UserCustomToolResult e -> results.merge(e.toolUseId(), 1, Integer::sum);
        default -> {}
      }
    }
    world.totals.calls += results.size();
    results.forEach(
        (use, count) -> {
          if (count == 0) {
            world.totals.withoutResult++;
            violated("the call %s has no result".formatted(use));
          } else if (count > 1) {
            world.totals.withTwoResults++;
            violated("the call %s has %d results".formatted(use, count));
          }
        });
  }

  private void theRowIsAFold() {
    var row = world.sessions().getSession(client.session());
    var usage = Usage.NONE;
    var status = Status.IDLE;
    for (var stored : log) {
      switch (stored.event()) {
        case Event.ModelRequestEnd e -> usage = usage.plus(e.usage());
        case Event.StatusRunning _ -> status = Status.RUNNING;
        case Event.StatusRescheduled _ -> status = Status.RESCHEDULING;
        case Event.StatusIdle _ -> status = Status.IDLE;
        case Event.StatusTerminated _ -> status = Status.TERMINATED;
        default -> {}
      }
    }
    if (row.status() != status) {
      violated("the row says %s, the log %s".formatted(row.status(), status));
    }
    if (!row.progress().usage().equals(usage.plusActive(row.progress().usage().activeMicros()))) {
      violated("the row says %s, the log %s".formatted(row.progress().usage(), usage));
    }
  }

  /// A turn begins with `session.status_running` and ends with `session.status_idle`; the model is
  /// asked inside of turns, one request at a time.
  private void theGrammarHolds() {
    var status = Status.IDLE;
    boolean standsStill = false;
    @Nullable EventId open = null;
    for (var stored : log) {
      var event = stored.event();
      boolean fits =
          switch (event) {
            case Event.StatusRunning _ -> status != Status.RUNNING;
            case Event.StatusRescheduled _ -> status == Status.RUNNING;
            case Event.StatusIdle _, Event.ThreadIdle _, Event.UsageReported _ ->
                (status != Status.IDLE || standsStill) && open == null;
            case Event.AgentToolResult _ -> status != Status.IDLE || standsStill;
            case Event.ModelRequestStart _ -> status == Status.RUNNING && open == null;
            case Event.ModelRequestEnd e ->
                status == Status.RUNNING && open != null && open.equals(e.startId());
            case Event.CompactionFailed _ -> status == Status.RUNNING && open == null;
            case Event.ContextOpened _ -> status == Status.RUNNING && open == null;
            case Event.UserMessage _,
                Event.AgentMessage _,
                Event.AgentThinking _,
                Event.ToolUse _,
                Event.ToolDispatched _ ->
                status == Status.RUNNING;
            default -> true;
          };
      if (!fits) {
        violated("at %d, %s does not follow".formatted(stored.position(), event));
      }
      switch (event) {
        case Event.StatusRunning _ -> status = Status.RUNNING;
        case Event.StatusRescheduled _ -> status = Status.RESCHEDULING;
        case Event.StatusIdle e -> {
          status = Status.IDLE;
          standsStill = e.reason() instanceof StopReason.RequiresAction;
        }
        case Event.ModelRequestStart e -> open = e.id();
        case Event.ModelRequestEnd _ -> open = null;
        default -> {}
      }
    }
  }
}
