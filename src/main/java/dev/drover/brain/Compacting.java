package dev.drover.brain;

import dev.drover.base.Json;
import dev.drover.base.Scope;
import dev.drover.model.Answer;
import dev.drover.model.Listener;
import dev.drover.model.Prompt;
import dev.drover.session.Compaction;
import dev.drover.session.Emission;
import dev.drover.session.Event;
import dev.drover.session.Event.CompactionFailed.Reason;
import dev.drover.session.EventId;
import dev.drover.session.ModelUsage;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;

/// The part of a wake that asks a model for a summary of its context. The request is in the log
/// like any other, with its usage, but it answers nothing: messages wait until the new chapter has
/// begun. The chapter is in the append of the reply that made it, or nowhere.
final class Compacting {
  /// The codes of errors of a server that makes compaction blocks, but none of this conversation.
  private static final Pattern KNOWN =
      Pattern.compile(
          "compaction_(block|content|incomplete|nothing|signature|too_many|tool_changes)");

  private final WakeContext at;

  Compacting(WakeContext at) {
    this.at = at;
  }

  /// The call of the model.
  interface Asks {
    Answer answer(Prompt prompt, Listener listener) throws InterruptedException;
  }

  /// Records the start of the request, unless it is open already, asks, and records the new
  /// chapter, or what was wrong with the summary.
  ///
  /// @param frame a request of the conversation without its messages
  LogWriter.Next summarize(
      Step.Ask step,
      SummaryDraft draft,
      Room room,
      Prompt frame,
      Context context,
      ProfileChoice choice,
      Asks model)
      throws InterruptedException {
    var start = step.open().orElseGet(at::id);
    if (step.open().isEmpty()
        && at.writer().write(opening(step, start, draft)) == LogWriter.Next.STOP) {
      return LogWriter.Next.STOP;
    }
    var chapter = at.chapter();
    var slices = new SummaryRequest.Slices(chapter, reader -> reader.accept(chapter.recent()));
    var prompt = SummaryRequest.of(draft, room, frame, context, start, slices);
    Answer answer;
    try (var scope = new Scope(at.bell()::ring)) {
      var asking = scope.fork(() -> model.answer(prompt, Listener.DEAF));
      if (!at.await(asking)) {
        return LogWriter.Next.GO_ON;
      }
      answer = asking.join();
    }
    choice.observe(false, answer);
    return switch (answer) {
      case Answer.Reply reply when draft.rung() == SummaryDraft.SERVER ->
          compacted(reply, start, draft, room, chapter, choice);
      case Answer.Reply reply -> replied(reply, start, draft, room, chapter, choice);
      case Answer.Failure failure -> failed(failure, start, draft);
    };
  }

  private List<Emission.Entry> opening(Step.Ask step, EventId start, SummaryDraft draft) {
    var entries = new ArrayList<>(at.opening(step.turn()));
    entries.add(at.entry(new Event.ModelRequestStart(start), draft.hidden()));
    return entries;
  }

  private LogWriter.Next replied(
      Answer.Reply reply,
      EventId start,
      SummaryDraft draft,
      Room room,
      Chapter chapter,
      ProfileChoice choice) {
    var end = ended(reply, start);
    var fault = SummaryRules.fault(reply, room.summaryTokens(chapter));
    if (fault.isPresent()) {
      return at.writer().write(List.of(end, failed(draft, fault.get())));
    }
    var summarized = room.summarized(chapter, draft, SummaryRules.text(reply), at.id());
    return opened(end, summarized, draft, chapter, choice);
  }

  /// Records the chapter with the block of the model server. Thinking is valid only behind the same
  /// system prompt and tools, which depend on the profile.
  private LogWriter.Next compacted(
      Answer.Reply reply,
      EventId start,
      SummaryDraft draft,
      Room room,
      Chapter chapter,
      ProfileChoice choice) {
    var end = ended(reply, start);
    var fault = SummaryRules.serverFault(reply);
    if (fault.isPresent()) {
      return at.writer().write(List.of(end, failed(draft, fault.get())));
    }
    boolean same = choice.now().settings().equals(choice.next().settings());
    var block = SummaryRules.block(reply).orElseThrow();
    var compacted = room.compacted(chapter, draft, block, same, at.id());
    return opened(end, compacted, draft, chapter, choice);
  }

  private Emission.Entry ended(Answer.Reply reply, EventId start) {
    return at.entry(
        new Event.ModelRequestEnd(at.id(), start, false, reply.usage()),
        Compaction.marked(
            Json.obj(
                "summary_reply",
                Json.obj("content", reply.content(), "stop_reason", reply.stopReason()))));
  }

  /// @param made the chapter; empty if it would not be small enough
  private LogWriter.Next opened(
      Emission.Entry end,
      Optional<Event.ContextOpened> made,
      SummaryDraft draft,
      Chapter chapter,
      ProfileChoice choice) {
    if (made.isEmpty()) {
      return at.writer().write(List.of(end, failed(draft, Reason.NO_ROOM)));
    }
    var opened = at.inheriting(made.get(), chapter).with(choice.next());
    var next =
        at.writer()
            .write(List.of(end, at.entry(new Event.ContextCompacted(at.id())), at.entry(opened)));
    if (next != LogWriter.Next.STOP) {
      choice.observe(List.of(opened));
    }
    return next;
  }

  private Emission.Entry failed(SummaryDraft draft, Reason reason) {
    return failed(draft, reason, SummaryRules.after(draft.rung(), reason));
  }

  private Emission.Entry failed(SummaryDraft draft, Reason reason, int next) {
    return at.entry(
        new Event.CompactionFailed(at.id(), draft.rung(), reason, next, draft.before()));
  }

  /// A server that knows what it was asked for may do it another time.
  private static Reason rejection(Answer.Failure failure, SummaryDraft draft) {
    boolean knows =
        KNOWN.matcher(failure.said().words() + failure.message()).find()
            && draft.rung() == SummaryDraft.SERVER;
    return knows ? Reason.OTHER : Reason.REJECTED;
  }

  /// A summary that is only useful is left for later. One that is necessary is tried again, like
  /// any request; then a chapter begins that needs no model.
  private LogWriter.Next failed(Answer.Failure failure, EventId start, SummaryDraft draft) {
    if (Plan.interrupted(at.inbox())) {
      return LogWriter.Next.GO_ON;
    }
    var entries = new ArrayList<Emission.Entry>();
    entries.add(
        at.entry(
            new Event.ModelRequestEnd(at.id(), start, true, ModelUsage.NONE),
            Compaction.marked(Json.EMPTY)));
    int failures = at.fold().failures() + 1;
    switch (failure.kind()) {
      case CONTEXT_FULL -> entries.add(failed(draft, Reason.CONTEXT_FULL));
      case REJECTED -> entries.add(failed(draft, rejection(failure, draft)));
      case BILLING -> entries.add(failed(draft, Reason.REJECTED, Event.CompactionFailed.LAST));
      case OVERLOADED, RATE_LIMITED, BROKEN -> {
        if (!draft.hard()) {
          entries.add(failed(draft, Reason.UNAVAILABLE, draft.rung()));
        } else if (draft.rung() == SummaryDraft.SERVER) {
          entries.add(failed(draft, Reason.UNAVAILABLE));
        } else if (failures >= at.harness().retries().limit()) {
          entries.add(failed(draft, Reason.UNAVAILABLE, Event.CompactionFailed.LAST));
        } else {
          var pause = at.harness().retries().pause(failures, failure, at.harness().random());
          var until = at.harness().clock().instant().plus(pause);
          entries.add(at.entry(new Event.Failed(at.id(), Retries.error(failure, true))));
          entries.addAll(at.statuses().rescheduled(until, pause));
        }
      }
    }
    return at.writer().write(entries);
  }
}
