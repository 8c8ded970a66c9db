package dev.drover.brain;

import dev.drover.base.Json;
import dev.drover.base.Problem;
import dev.drover.base.Scope;
import dev.drover.model.Answer;
import dev.drover.model.CompactionBlock;
import dev.drover.model.Listener;
import dev.drover.model.Prompt;
import dev.drover.session.Emission;
import dev.drover.session.Event;
import dev.drover.session.EventId;
import dev.drover.session.ModelUsage;
import dev.drover.session.ProfileUse;
import dev.drover.session.Queued;
import dev.drover.session.Stored;
import dev.drover.tools.Runs;
import dev.drover.tools.Toolbox;
import java.lang.System.Logger.Level;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/// The part of a wake that calls the model and waits after failed requests.
final class Asking {
  private static final System.Logger LOG = System.getLogger(Asking.class.getName());

  private final WakeContext at;
  private final Endings endings;
  private final Cloning cloning;
  private final Discovery discovery;
  private final PromptMemory memory;
  private final Compacting compacting;

  Asking(WakeContext at, Endings endings, Cloning cloning) {
    this.at = at;
    this.cloning = cloning;
    this.endings = endings;
    discovery = new Discovery(at);
    memory = new PromptMemory(at);
    compacting = new Compacting(at);
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
            && at.writer().write(opening(step, at.id(), List.of(), Optional.empty()))
                == LogWriter.Next.STOP
        ? LogWriter.Next.STOP
        : givenUp(failure, Optional.empty());
  }

  /// Decides about the context; then records the start of the model request, calls the model, and
  /// records its answer.
  private LogWriter.Next askNow(Step.Ask step) throws InterruptedException {
    var choice = new ProfileChoice(at, Chapter.of(soon(step, List.of()), at.writer().past()));
    var frame = at.frame(choice.now());
    var prompt = prompt(frame);
    var room = room(prompt, frame, choice);
    var move = move(step, room, choice);
    return move instanceof Move.Summarize(var draft)
        ? compacting.summarize(step, draft, room, prompt, frame.context(), choice, this::answer)
        : askNow(step, room, choice, frame, prompt, context(move, frame));
  }

  /// @param chapter what stands before the messages of the chapter that the log has
  /// @param unopened a request of it without messages
  /// @param context the private events about the context that come with the request
  private LogWriter.Next askNow(
      Step.Ask step,
      Room room,
      ProfileChoice choice,
      PromptFrame chapter,
      Prompt unopened,
      List<Event> context)
      throws InterruptedException {
    var start = step.open().orElseGet(at::id);
    boolean begins = !chapters(context).isEmpty();
    var frame = begins ? at.frame(choice.next()) : chapter;
    var tools = frame.toolbox();
    var previews = new ReplyPreviews(at, at.id(), at.id(), tools);
    var soon = soon(step, context);
    var asked = frame.context().messages(slices -> slices.accept(soon));
    var sent = Chapter.of(soon, at.writer().past());
    var prompt =
        (begins ? prompt(frame) : unopened)
            .withMessages(asked.messages())
            .withMaxTokens(room.replyTokens(sent));
    Answer answer;
    try (var scope = new Scope(at.bell()::ring)) {
      // The request is sent before its own events are durable: the first token takes longer than a
      // commit.
      var asking = scope.fork(() -> answer(prompt, previews));
      if (step.open().isEmpty()
          && at.writer().write(opening(step, start, context, choice.unrecorded()))
              == LogWriter.Next.STOP) {
        return LogWriter.Next.STOP;
      }
      choice.observe(context);
      previews.open();
      if (!at.await(asking)) {
        return LogWriter.Next.GO_ON;
      }
      answer = asking.join();
    }
    choice.observe(begins, answer);
    return switch (answer) {
      case Answer.Reply reply -> {
        var truncated = room.truncatedTo(sent, reply.usage());
        yield truncated.isPresent()
            ? truncated(start, reply.usage(), truncated.get(), asked, room)
            : answered(reply, start, previews, tools);
      }
      case Answer.Failure failure when failure.kind() == Answer.Kind.CONTEXT_FULL ->
          overflowed(failure, asked, room, at.chapter(), endings.requestOverflowed(start));
      case Answer.Failure failure -> failed(start, failure, asked);
    };
  }

  /// What is done about the context before this step's request.
  private Move move(Step.Ask step, Room room, ProfileChoice choice) {
    return step.open().isPresent()
        ? at.fold().compaction().<Move>map(Move.Summarize::new).orElseGet(Move.GoOn::new)
        : next(room, choice);
  }

  private Move next(Room room, ProfileChoice choice) {
    var move = room.next(choice.chapter(), at.id());
    return move instanceof Move.Open(var opened)
        ? new Move.Open(at.inheriting(opened, choice.chapter()).with(choice.next()))
        : move;
  }

  /// The private events that come with a request.
  ///
  /// @param frame of the chapter that the log has
  private List<Event> context(Move move, PromptFrame frame) {
    return switch (move) {
      case Move.Open(var opened) -> List.of(opened);
      case Move.AskToHandOver _ -> List.of(new Event.HandOverAsked(at.id(), handOver(frame)));
      case Move.GoOn _, Move.Summarize _ -> List.of();
    };
  }

  private static String handOver(PromptFrame frame) {
    var name = frame.toolbox().nameOf(Runs.Harness.class).orElseThrow();
    return HandOver.REQUEST.formatted(name);
  }

  /// Records a reply, together with the end of the turn if the reply ends it.
  private LogWriter.Next answered(
      Answer.Reply reply, EventId start, ReplyPreviews previews, Toolbox tools) {
    var entries = Replies.entries(reply, start, previews.message(), previews.thinking(), tools, at);
    var inbox = at.inbox();
    if (Plan.endsTurn(reply, inbox)
        && endings.endWith(entries, reply.usage(), inbox) == LogWriter.Next.STOP) {
      return LogWriter.Next.STOP;
    }
    return at.writer().write(entries);
  }

  private Answer answer(Prompt prompt, Listener previews) throws InterruptedException {
    try {
      var route = at.harness().models().route(prompt.model());
      try (var loaded = at.harness().attached().load(at.workspace(), prompt.messages())) {
        boolean reads = at.harness().models().capabilities(prompt.model()).serverCompaction();
        var messages = reads ? loaded.messages() : CompactionBlock.readable(loaded.messages());
        var whole = prompt.forModel(route.name()).withMessages(messages);
        return route.model().answer(whole, previews);
      }
    } catch (Problem e) {
      boolean passes = e.kind() == Problem.Kind.UNAVAILABLE;
      var kind = passes ? Answer.Kind.BROKEN : Answer.Kind.REJECTED;
      return new Answer.Failure(kind, e.getMessage(), Optional.empty());
    }
  }

  /// @param prompt a request without messages
  /// @param frame of the chapter that the log has
  private Room room(Prompt prompt, PromptFrame frame, ProfileChoice choice) {
    return new Room(
        at.harness().models().capabilities(prompt.model()),
        Estimate.of(prompt.system()) + Estimate.of(prompt.tools()),
        frame.followed(),
        () -> at.frame(choice.next()).next());
  }

  /// The thread's log as it will be when the request begins; the positions of what is not in it yet
  /// may still differ.
  private List<Stored> soon(Step.Ask step, List<Event> context) {
    var log = new ArrayList<>(at.own(at.writer().history()));
    chapters(context).forEach(event -> log.add(soon(event)));
    step.taken().forEach(message -> log.add(soon(message)));
    notes(context).forEach(event -> log.add(soon(event)));
    return log;
  }

  /// The events that stand before the messages of the step.
  private static List<Event> chapters(List<Event> context) {
    return context.stream().filter(Event.ContextOpened.class::isInstance).toList();
  }

  /// The events that stand behind them.
  private static List<Event> notes(List<Event> context) {
    return context.stream().filter(Event.HandOverAsked.class::isInstance).toList();
  }

  /// A request without messages.
  private Prompt prompt(PromptFrame frame) {
    var agent = at.agent();
    return new Prompt(
        agent.model().id(),
        at.harness().models().capabilities(agent.model().id()).maxTokens(),
        agent.model().effort(),
        frame.system(frame.context()),
        frame.toolbox().definitions(),
        Json.arr());
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

  /// A private event as it will be in the log; its position may still differ.
  private Stored soon(Event event) {
    return new Stored(
        at.writer().fold().position() + 1,
        at.harness().clock().instant(),
        at.thread().key(),
        event,
        "",
        null);
  }

  /// @param profile recorded with the start of the request; empty if the chapter has one
  private List<Emission.Entry> opening(
      Step.Ask step, EventId start, List<Event> context, Optional<ProfileUse> profile) {
    var entries = new ArrayList<>(at.opening(step.turn()));
    for (var chapter : chapters(context)) {
      entries.add(at.entry(new Event.ContextCompacted(at.id())));
      entries.add(at.entry(chapter));
    }
    step.taken().forEach(message -> entries.add(at.entry(message)));
    notes(context).forEach(event -> entries.add(at.entry(event)));
    var begins = new Event.ModelRequestStart(start);
    entries.add(
        profile
            .filter(_ -> chapters(context).isEmpty())
            .map(use -> at.entry(begins, Json.obj(ProfileUse.HIDDEN, use.json())))
            .orElseGet(() -> at.entry(begins)));
    return entries;
  }

  /// Records that the reply is not used, because the server has silently dropped a part of the
  /// prompt, and goes on as after a refusal.
  private LogWriter.Next truncated(
      EventId start, ModelUsage usage, long limit, Rendered asked, Room room) {
    var sentence =
        "The model server has silently dropped a part of the prompt: it keeps about %,d tokens. Set"
                .formatted(limit)
            + " context_tokens of the model to what the server really has.";
    LOG.log(Level.WARNING, "{0}: {1}", at.session(), sentence);
    var failure = new Answer.Failure(Answer.Kind.CONTEXT_FULL, sentence, Optional.empty());
    return overflowed(
        failure, asked, room, at.chapter(), endings.requestTruncated(start, usage, limit));
  }

  /// Records that the request was refused because the context is full. The next one begins a new
  /// chapter; if no chapter helps, the turn ends.
  ///
  /// @param end the event that records it
  private LogWriter.Next overflowed(
      Answer.Failure failure, Rendered asked, Room room, Chapter chapter, Emission.Entry end) {
    if (Plan.interrupted(at.inbox())) {
      return LogWriter.Next.GO_ON;
    }
    return room.mayHelp(chapter, at.id())
        ? at.writer().write(List.of(end))
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
    return ask(Plan.afterBackOff(at.fold(), at.inbox()));
  }
}
