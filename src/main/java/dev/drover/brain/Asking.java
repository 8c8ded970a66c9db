package dev.drover.brain;

import dev.drover.base.Json;
import dev.drover.base.Problem;
import dev.drover.base.Scope;
import dev.drover.model.Answer;
import dev.drover.model.Prompt;
import dev.drover.session.Emission;
import dev.drover.session.Event;
import dev.drover.session.EventId;
import dev.drover.session.Queued;
import dev.drover.session.Stored;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/// The part of a wake that calls the model and waits after failed requests.
final class Asking {
  private final WakeContext at;
  private final Endings endings;
  private final Cloning cloning;
  private final Discovery discovery;
  private final PromptMemory memory;

  Asking(WakeContext at, Endings endings, Cloning cloning) {
    this.at = at;
    this.cloning = cloning;
    this.endings = endings;
    discovery = new Discovery(at);
    memory = new PromptMemory(at);
  }

  /// Calls the model as soon as there is memory for the prompt. If repositories are to be cloned,
  /// or MCP servers to be asked for their tools before, this step does only that.
  LogWriter.Next ask(Step.Ask step) throws InterruptedException {
    return memory.ask(step.taken(), () -> prepareOrAsk(step), failure -> asksInVain(step, failure));
  }

  private LogWriter.Next prepareOrAsk(Step.Ask step) throws InterruptedException {
    var repositories = cloning.due(step);
    if (!repositories.isEmpty()) {
      return cloning.run(step, repositories);
    }
    var due = discovery.due(step);
    if (!due.isEmpty()) {
      return discovery.run(step, due);
    }
    discovery.begin();
    return askNow(step);
  }

  /// Ends the turn because the prompt does not fit in memory.
  private LogWriter.Next asksInVain(Step.Ask step, Answer.Failure failure) {
    return step.open().isEmpty()
            && at.writer().write(opening(step, at.id(), Optional.empty())) == LogWriter.Next.STOP
        ? LogWriter.Next.STOP
        : givenUp(failure, Optional.empty());
  }

  /// Records the start of the model request, calls the model, and records its answer.
  private LogWriter.Next askNow(Step.Ask step) throws InterruptedException {
    var start = step.open().orElseGet(at::id);
    var previews = new ReplyPreviews(at.harness().feed(), at.session(), at.id(), at.id());
    var frame = prompt(Json.arr());
    var room = room(frame);
    var opened =
        step.open().isPresent() ? Optional.<Event.ContextOpened>empty() : opened(step, room);
    var asked = asked(step.taken(), opened);
    var prompt = frame.withMessages(asked.messages());
    Answer answer;
    try (var scope = new Scope(at.bell()::ring)) {
      // The request is sent before its own events are durable: the first token takes longer than a
      // commit.
      var asking = scope.fork(() -> answer(prompt, previews));
      if (step.open().isEmpty()
          && at.writer().write(opening(step, start, opened)) == LogWriter.Next.STOP) {
        return LogWriter.Next.STOP;
      }
      previews.open();
      if (!at.await(asking)) {
        return LogWriter.Next.GO_ON;
      }
      answer = asking.join();
    }
    return switch (answer) {
      case Answer.Reply reply -> answered(reply, start, previews);
      case Answer.Failure failure when failure.kind() == Answer.Kind.CONTEXT_FULL ->
          overflowed(start, failure, asked, room);
      case Answer.Failure failure -> failed(start, failure, asked);
    };
  }

  /// Records a reply, together with the end of the turn if the reply ends it.
  private LogWriter.Next answered(Answer.Reply reply, EventId start, ReplyPreviews previews) {
    var entries =
        Replies.entries(reply, start, previews.message(), previews.thinking(), at.toolbox(), at);
    var inbox = at.inbox();
    if (Plan.endsTurn(reply, inbox)
        && endings.endWith(entries, reply.usage(), inbox) == LogWriter.Next.STOP) {
      return LogWriter.Next.STOP;
    }
    return at.writer().write(entries);
  }

  private Answer answer(Prompt prompt, ReplyPreviews previews) throws InterruptedException {
    try {
      var route = at.harness().models().route(prompt.model());
      try (var loaded = at.harness().attached().load(at.workspace(), prompt.messages())) {
        var whole = prompt.forModel(route.name()).withMessages(loaded.messages());
        return route.model().answer(whole, previews);
      }
    } catch (Problem e) {
      boolean passes = e.kind() == Problem.Kind.UNAVAILABLE;
      var kind = passes ? Answer.Kind.BROKEN : Answer.Kind.REJECTED;
      return new Answer.Failure(kind, e.getMessage(), Optional.empty());
    }
  }

  private Context context() {
    return at.harness().profile(at.agent().model().id()).context();
  }

  /// The conversation as the model will see it.
  private Rendered asked(List<Queued> taken, Optional<Event.ContextOpened> opened) {
    return context()
        .messages(
            slices -> {
              slices.accept(own(at.writer().history()));
              slices.accept(opened.stream().map(this::soon).toList());
              slices.accept(taken.stream().map(this::soon).toList());
            });
  }

  /// @param frame a request without messages
  private Room room(Prompt frame) {
    var model = at.agent().model().id();
    return new Room(
        at.harness().models().capabilities(model),
        Estimate.of(frame.system()) + Estimate.of(frame.tools()),
        at.harness().profile(model).foresees());
  }

  /// The chapter that begins with the request; empty if none does.
  private Optional<Event.ContextOpened> opened(Step.Ask step, Room room) {
    var log = new ArrayList<>(own(at.writer().history()));
    step.taken().forEach(message -> log.add(soon(message)));
    return room.before(Chapter.of(log), at.id());
  }

  /// The events of this thread.
  private List<Stored> own(List<Stored> events) {
    var key = at.thread().key();
    return events.stream().allMatch(one -> one.thread().equals(key))
        ? events
        : events.stream().filter(one -> one.thread().equals(key)).toList();
  }

  private Prompt prompt(Json.Arr messages) {
    var agent = at.agent();
    var system = system();
    return new Prompt(
        agent.model().id(),
        at.harness().models().capabilities(agent.model().id()).maxTokens(),
        agent.model().effort(),
        system.isEmpty() ? Json.arr() : context().system(system),
        at.toolbox().definitions(),
        messages);
  }

  /// The agent's system prompt and the notes of the session; empty if there is neither.
  private String system() {
    return SystemPrompt.of(
        at.agent(), at.thread().notes(), at.row().resources(), at.writer()::history);
  }

  /// A queued message as it will be in the log; its position may still differ.
  private Stored soon(Queued message) {
    return new Stored(
        at.writer().fold().position() + 1,
        at.harness().clock().instant(),
        message.thread(),
        message.event(),
        message.json(),
        null);
  }

  /// The beginning of a chapter as it will be in the log; its position may still differ.
  private Stored soon(Event.ContextOpened opened) {
    return new Stored(
        at.writer().fold().position() + 1,
        at.harness().clock().instant(),
        at.thread().key(),
        opened,
        "",
        null);
  }

  private List<Emission.Entry> opening(
      Step.Ask step, EventId start, Optional<Event.ContextOpened> opened) {
    var entries = new ArrayList<>(at.opening(step.turn()));
    if (opened.isPresent()) {
      entries.add(at.entry(new Event.ContextCompacted(at.id())));
      entries.add(at.entry(opened.get()));
    }
    step.taken().forEach(message -> entries.add(at.entry(message)));
    entries.add(at.entry(new Event.ModelRequestStart(start)));
    return entries;
  }

  /// Records that the request was refused because the context is full. The next one begins a new
  /// chapter; if no chapter helps, the turn ends.
  private LogWriter.Next overflowed(
      EventId start, Answer.Failure failure, Rendered asked, Room room) {
    if (Plan.interrupted(at.inbox())) {
      return LogWriter.Next.GO_ON;
    }
    var chapter = Chapter.of(own(at.writer().history()));
    return room.afterOverflow(chapter, at.id()).isPresent()
        ? at.writer().write(List.of(endings.requestOverflowed(start)))
        : givenUp(room.explained(failure, chapter), RefusedPart.afterwards(failure, asked));
  }

  private LogWriter.Next failed(EventId start, Answer.Failure failure, Rendered asked) {
    int failures = at.fold().failures() + 1;
    boolean again = failures < at.harness().retries().limit();
    var omission = again ? RefusedPart.of(failure, asked) : Optional.<Omission>empty();
    if (!again || (!failure.kind().retryable() && omission.isEmpty())) {
      return givenUp(failure, RefusedPart.afterwards(failure, asked));
    }
    if (Plan.interrupted(at.inbox())) {
      return LogWriter.Next.GO_ON;
    }
    if (omission.isPresent()) {
      return at.writer().write(List.of(endings.requestFailed(start, omission)));
    }
    var pause = at.harness().retries().pause(failures, failure, at.harness().random());
    var until = at.harness().clock().instant().plus(pause);
    var entries = new ArrayList<Emission.Entry>();
    entries.add(endings.requestFailed(start, Optional.empty()));
    entries.add(at.entry(new Event.Failed(at.id(), Retries.error(failure, true))));
    entries.addAll(at.statuses().rescheduled(until, pause));
    return at.writer().write(entries);
  }

  /// Ends the turn and processes the events that wait at that moment; the model is not called for
  /// them.
  ///
  /// @param omission what later turns leave out
  private LogWriter.Next givenUp(Answer.Failure failure, Optional<Omission> omission) {
    while (true) {
      var inbox = at.inbox();
      if (Plan.interrupted(inbox)) {
        return LogWriter.Next.GO_ON;
      }
      if (endings.giveUp(Retries.error(failure, false), omission, inbox) == LogWriter.Next.STOP) {
        return LogWriter.Next.STOP;
      }
    }
  }

  /// Waits until the pause ends, then calls the model. Returns early if an interrupt arrives.
  LogWriter.Next backOff(Step.BackOff step) throws InterruptedException {
    var left = Duration.between(at.harness().clock().instant(), step.until());
    var pause = left.compareTo(step.longest()) > 0 ? step.longest() : left;
    try (var scope = new Scope(at.bell()::ring)) {
      var over =
          scope.fork(
              () -> {
                at.harness().pause().pause(pause);
                return true;
              });
      if (!at.await(over)) {
        return LogWriter.Next.GO_ON;
      }
    }
    return ask(Plan.afterBackOff());
  }
}
