package dev.drover.store;

import dev.drover.session.Compaction;
import dev.drover.session.Event;
import dev.drover.session.EventId;
import dev.drover.session.Inherited;
import dev.drover.session.ModelUsage;
import dev.drover.session.Standing;
import dev.drover.session.Status;
import dev.drover.session.StopReason;
import dev.drover.session.Stored;
import dev.drover.session.Usage;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.StringJoiner;
import org.jspecify.annotations.Nullable;

/// The grammar of a session's log: which events may follow which, for requests, tool uses and
/// turns, and the state of the row that results from them.
final class TurnGrammar {
  /// The receiver of findings.
  @FunctionalInterface
  interface Findings {
    void found(long position, String sentence);
  }

  /// A tool use.
  ///
  /// @param attempts how often the call was dispatched
  private record Use(Event.ToolUse event, int attempts, boolean answered) {}

  private final Findings findings;
  private final Map<EventId, Use> uses = new LinkedHashMap<>();
  private final Map<EventId, Long> results = new HashMap<>();
  private Optional<Status> status = Optional.empty();
  private boolean pausing;
  private boolean ran;
  private @Nullable EventId request;
  private boolean summarized;
  private long requestAt;
  private final Set<Long> requests = new HashSet<>();
  private final Set<EventId> messages = new HashSet<>();
  private final Standing standing = new Standing();
  private int chapter;
  private long chapterFrom;
  private int inARow;
  private boolean serverRefused;
  private OptionalLong boundary = OptionalLong.of(0);
  private Usage usage = Usage.NONE;
  private Usage used = Usage.NONE;
  private long at;

  TurnGrammar(Findings findings) {
    this.findings = findings;
  }

  /// The status from the last event that sets it; empty if none does.
  Optional<Status> status() {
    return status;
  }

  /// Whether the turn is paused and not over.
  boolean isPausing() {
    return pausing;
  }

  boolean hasRun() {
    return ran;
  }

  Usage usage() {
    return usage;
  }

  /// The position of the last model request of the conversation; 0 if there was none.
  long lastRequest() {
    return requestAt;
  }

  /// The boundary; empty if a newer version has set it.
  OptionalLong boundary() {
    return boundary;
  }

  /// Adds the next event.
  ///
  /// @param awaited the tool uses that waited for the client before it
  void add(Stored stored, Awaited awaited) {
    at = stored.position();
    var event = stored.event();
    if (is(Status.TERMINATED)) {
      found("comes after the end of the session");
    }
    standing.add(at, event);
    switch (event) {
      case Event.StatusRunning _ -> {
        allow(!is(Status.RUNNING), "begins to run while it runs");
        become(Status.RUNNING);
        ran = true;
      }
      case Event.StatusRescheduled _ -> {
        allow(is(Status.RUNNING), "is rescheduled while it does not run");
        become(Status.RESCHEDULING);
      }
      case Event.StatusIdle e -> idle(e.reason(), awaited);
      case Event.StatusTerminated _ -> become(Status.TERMINATED);
      case Event.ModelRequestStart e -> begin(e.id(), Compaction.is(stored));
      case Event.ModelRequestEnd e -> end(e);
      case Event.UsageReported e -> report(e.usage());
      case Event.AgentMessage _, Event.AgentThinking _ -> reply();
      case Event.ToolUse e -> {
        reply();
        uses.put(e.id(), new Use(e, 0, false));
      }
      case Event.ToolDispatched e -> dispatch(e, awaited);
      case Event.UserCustomToolResult e -> {
        awaited(e.toolUseId(), true, awaited);
        answer(e.toolUseId());
      }
      case Event.ToolResult e -> {
        var use = uses.get(e.toolUseId());
        used = use == null ? used : used.plus(use.event(), e);
        answer(e.toolUseId());
      }
      case Event.UserToolConfirmation e -> awaited(e.toolUseId(), false, awaited);
      case Event.UserMessage e -> messages.add(e.id());
      case Event.SystemMessage e -> messages.add(e.id());
      case Event.ContextOpened e -> open(e);
      case Event.CompactionFailed e -> {
        serverRefused |= e.isRefusalOfServer();
        allow(request == null, "says that a summary failed while request " + request + " is open");
        allow(summarized, "says that a summary failed, but none was asked for");
      }
      case Event.HandOverAsked _ -> {
        allow(request == null, "asks for a hand-over while request " + request + " has no end");
        settled("asks for a hand-over");
      }
      case Event.Continued _ -> {
        serverRefused = false;
        allow(
            !is(Status.RUNNING) && !is(Status.RESCHEDULING) && !pausing,
            "follows a copy that ends in the middle of a turn");
        usage = Usage.NONE;
        used = Usage.NONE;
      }
      case Event.Deleted _ -> found("is never stored");
      default -> {}
    }
  }

  /// @param summarizes whether the request is for a summary, and no part of the conversation
  private void begin(EventId start, boolean summarizes) {
    allow(is(Status.RUNNING), "asks the model while the session does not run");
    allow(request == null, "asks the model while request " + request + " has no end");
    settled("asks the model");
    request = start;
    summarized = summarizes;
    if (!summarizes) {
      results.clear();
      uses.clear();
      requestAt = at;
      requests.add(at);
    }
  }

  private void open(Event.ContextOpened opened) {
    allow(request == null, "opens a chapter while request " + request + " has no end");
    settled("opens a chapter");
    allow(
        opened.chapter() > chapter,
        "opens chapter %d after chapter %d".formatted(opened.chapter(), chapter));
    boolean keepsNothing = opened.kind() == Event.ContextOpened.Kind.NOTE;
    allow(
        keepsNothing
            ? opened.from() > requestAt && opened.from() < at
            : requests.contains(opened.from()),
        "opens a chapter at position %d, which is not %s"
            .formatted(opened.from(), keepsNothing ? "after the last reply" : "a model request"));
    allow(
        opened.from() >= chapterFrom,
        "opens a chapter at position %d, before the one at %d"
            .formatted(opened.from(), chapterFrom));
    chapter = opened.chapter();
    chapterFrom = opened.from();
    inARow++;
    opened.inherited().ifPresent(inherited -> inherit(inherited, opened.from()));
  }

  private void inherit(Inherited inherited, long from) {
    allow(
        inherited.inARow() == inARow,
        "opens chapter %d in a row; it is number %d".formatted(inherited.inARow(), inARow));
    allow(
        inherited.serverRefused() || !serverRefused,
        "opens a chapter that forgets that the model server refused to summarize");
    var expected = standing.before(from);
    allow(
        inherited.standing().equals(expected),
        "opens a chapter that inherits the events %s; %s stand"
            .formatted(inherited.standing(), expected));
    inherited.leftOut().stream()
        .filter(part -> !messages.contains(part.message()))
        .forEach(part -> found("leaves out a part of " + part.message() + ", no earlier message"));
  }

  private void end(Event.ModelRequestEnd end) {
    allow(end.startId().equals(request), "ends request " + end.startId() + ", which is not open");
    request = null;
    inARow = end.isError() || summarized ? inARow : 0;
    used = used.plus(end.usage());
  }

  private void reply() {
    allow(request != null, "is from the model, but no request is open");
    allow(request == null || !summarized, "is from the model, but the request is for a summary");
  }

  private void report(Usage reported) {
    var tokens = reported.plus(ModelUsage.NONE);
    allow(
        tokens.plusActive(-reported.activeMicros()).equals(used),
        "reports %s; the requests have used %s".formatted(reported, used));
    allow(reported.activeMicros() >= usage.activeMicros(), "reports less active time than before");
    usage = reported;
  }

  private void dispatch(Event.ToolDispatched dispatched, Awaited awaited) {
    var use = uses.get(dispatched.toolUseId());
    if (use == null || use.answered()) {
      found("dispatches %s, which is not an open tool use".formatted(dispatched.toolUseId()));
      return;
    }
    allow(
        awaited.uses().stream().noneMatch(one -> one.id().equals(dispatched.toolUseId())),
        "dispatches " + dispatched.toolUseId() + ", which is waiting for the client");
    allow(
        dispatched.attempt() == use.attempts() + 1,
        "is attempt %d after %d".formatted(dispatched.attempt(), use.attempts()));
    uses.put(dispatched.toolUseId(), new Use(use.event(), dispatched.attempt(), false));
  }

  private void answer(EventId id) {
    var earlier = results.putIfAbsent(id, at);
    if (earlier != null) {
      found("is the second result of %s, after position %d".formatted(id, earlier));
    } else if (!uses.containsKey(id)) {
      found("is the result of %s, which the last reply did not use".formatted(id));
    } else {
      uses.computeIfPresent(id, (_, use) -> new Use(use.event(), use.attempts(), true));
    }
  }

  private void awaited(EventId id, boolean custom, Awaited awaited) {
    allow(awaited.waits(id, custom), "answers " + id + ", which does not wait for it");
  }

  private void idle(StopReason reason, Awaited awaited) {
    allow(
        is(Status.RUNNING) || is(Status.RESCHEDULING) || pausing, "ends a turn that did not begin");
    allow(request == null, "ends a turn while request " + request + " has no end");
    if (reason instanceof StopReason.RequiresAction wanted) {
      var open = awaited.uses().stream().map(Awaited.Use::id).toList();
      allow(
          wanted.eventIds().equals(open),
          "asks for %s; %s wait".formatted(wanted.eventIds(), open));
    } else if (!(reason instanceof StopReason.Other)) {
      settled("ends the turn");
    }
    boundary =
        reason instanceof StopReason.Other
            ? OptionalLong.empty()
            : OptionalLong.of(reason.isPause() ? Math.max(0, requestAt - 1) : at);
    become(Status.IDLE);
    pausing = reason.isPause();
    inARow = pausing ? inARow : 0;
  }

  /// Checks that every tool use has a result.
  private void settled(String what) {
    var open = new StringJoiner(" ");
    uses.values().stream()
        .filter(use -> !use.answered())
        .forEach(use -> open.add(use.event().id().value()));
    allow(open.length() == 0, what + " while tool uses have no result: " + open);
  }

  private boolean is(Status one) {
    return status.equals(Optional.of(one));
  }

  private void become(Status next) {
    status = Optional.of(next);
    pausing = false;
  }

  private void allow(boolean fits, String sentence) {
    if (!fits) {
      found(sentence);
    }
  }

  private void found(String sentence) {
    findings.found(at, sentence);
  }
}
