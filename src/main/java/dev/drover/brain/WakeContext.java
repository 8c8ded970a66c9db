package dev.drover.brain;

import dev.drover.base.Json;
import dev.drover.base.Scope;
import dev.drover.catalog.Definition;
import dev.drover.catalog.WorkspaceId;
import dev.drover.hands.ToolResult;
import dev.drover.model.Price;
import dev.drover.profile.ProfileSettings;
import dev.drover.session.Emission;
import dev.drover.session.Event;
import dev.drover.session.EventId;
import dev.drover.session.Inbox;
import dev.drover.session.ProfileUse;
import dev.drover.session.Queued;
import dev.drover.session.Session;
import dev.drover.session.SessionId;
import dev.drover.session.SessionThread;
import dev.drover.session.Stored;
import dev.drover.session.Usage;
import dev.drover.tools.CallContext;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// The context of one wake for one thread of a session, used by all of its steps. Not safe for many
/// threads, except for [#id].
///
/// @param row the session as it was at the wake
/// @param early the hand for calls that the model has begun
record WakeContext(
    Harness harness,
    Session row,
    SessionThread thread,
    LogWriter writer,
    Bell bell,
    EarlyHand early) {
  WorkspaceId workspace() {
    return row.origin().workspace();
  }

  EventId id() {
    return new EventId(harness.ids().next(EventId.PREFIX));
  }

  SessionId session() {
    return thread.session();
  }

  Definition agent() {
    return thread.agent();
  }

  /// What stands before the messages of the thread's requests in a chapter.
  PromptFrame frame(ProfileUse profile) {
    var settings = ProfileSettings.recorded(profile.settings());
    return new PromptFrame(
        agent(), thread.notes(), row.resources(), harness.tools(), settings, writer::history);
  }

  /// The newest chapter of the thread's context.
  Chapter chapter() {
    return Chapter.of(own(writer.history()), writer.past());
  }

  /// A chapter that says what it inherits, so that no brain has to read what is before it.
  Event.ContextOpened inheriting(Event.ContextOpened opened, Chapter before) {
    return opened.with(before.inherited(opened.from(), writer.history()));
  }

  /// The events of this thread.
  List<Stored> own(List<Stored> events) {
    var key = thread.key();
    return events.stream().allMatch(one -> one.thread().equals(key))
        ? events
        : events.stream().filter(one -> one.thread().equals(key)).toList();
  }

  /// The context of the thread's calls of server tools.
  CallContext call() {
    return new CallContext(workspace(), thread, harness.log());
  }

  /// The fold of the thread.
  ThreadFold fold() {
    return writer.fold().thread(thread.key());
  }

  /// The waiting events of the thread. The events that are in the log by then are folded before
  /// this returns.
  Inbox inbox() {
    return writer.inbox().of(thread.key());
  }

  /// An entry of the thread.
  Emission.Entry entry(Event event) {
    return new Emission.Entry(thread.key(), event, null);
  }

  Emission.Entry entry(Event event, Json.Obj hidden) {
    return new Emission.Entry(thread.key(), event, hidden);
  }

  /// An entry that processes a client's event.
  Emission.Entry entry(Queued queued) {
    return new Emission.Entry(queued.thread(), queued.event(), null, queued.json());
  }

  /// The price of the model; empty if it has none.
  Optional<Price> price() {
    return harness.models().capabilities(agent().model().id()).price();
  }

  /// Whether the session has reached its budget, so that the model must not be called again.
  boolean budgetReached() {
    return writer
        .fold()
        .budget()
        .flatMap(budget -> price().map(price -> price.reaches(used(), budget)))
        .orElse(false);
  }

  /// The usage of the session so far.
  Usage used() {
    return writer.fold().usedBy(harness.clock().instant());
  }

  StatusEvents statuses() {
    return new StatusEvents(this);
  }

  /// The status events to record before a step of a turn.
  List<Emission.Entry> opening(Step.Opening turn) {
    return turn == Step.Opening.GOES_ON ? List.of() : statuses().running();
  }

  /// The events before a model request: the status events of the step, and the messages that it
  /// processes.
  List<Emission.Entry> opening(Step.Ask step) {
    var entries = new ArrayList<>(opening(step.turn()));
    step.taken().forEach(message -> entries.add(entry(message)));
    return entries;
  }

  /// The entry that answers a call.
  Emission.Entry result(ThreadFold.Call call, ToolResult result) {
    return result(call, result, null);
  }

  /// As above, with data to store with the event.
  Emission.Entry result(ThreadFold.Call call, ToolResult result, Json.@Nullable Obj hidden) {
    var use = call.use().id();
    var event =
        call.use() instanceof Event.AgentMcpToolUse
            ? new Event.AgentMcpToolResult(id(), use, result.content(), result.isError())
            : new Event.AgentToolResult(id(), use, result.content(), result.isError());
    return new Emission.Entry(thread.key(), event, hidden);
  }

  /// Waits for a task.
  ///
  /// @return false if an interrupt arrived first
  boolean await(Scope.Task<?> task) throws InterruptedException {
    while (!task.isDone()) {
      bell.await();
      if (!task.isDone() && Plan.interrupted(inbox())) {
        return false;
      }
    }
    return true;
  }
}
