package dev.drover.reading;

import dev.drover.base.Ids;
import dev.drover.base.Json;
import dev.drover.hands.ToolCall;
import dev.drover.hands.ToolResult;
import dev.drover.session.Emission;
import dev.drover.session.Event;
import dev.drover.session.EventId;
import dev.drover.session.EventLog;
import dev.drover.session.Feed;
import dev.drover.session.Lease;
import dev.drover.session.Session;
import dev.drover.session.Slice;
import dev.drover.session.Stored;
import dev.drover.session.ThreadKey;
import dev.drover.store.Store;
import dev.drover.store.memory.MemoryStore;
import dev.drover.testing.ScriptedModel;
import dev.drover.testing.Stage;
import dev.drover.tools.CallContext;
import java.time.InstantSource;
import java.util.List;
import java.util.Random;
import org.jspecify.annotations.Nullable;

/// A session whose log a test writes event by event, to be read by `get_events`.
final class ReadLog implements AutoCloseable {
  private final Ids ids;
  private final Store store;
  private final Session session;
  private final Lease lease;
  private final boolean owns;

  /// The log of a session in a store of its own.
  ReadLog() {
    ids = new Ids(new Random(7));
    store = new MemoryStore(new Feed(), ids, InstantSource.system());
    owns = true;
    session = create(ids, store);
    lease = store.eventLog().claim(session.id()).orElseThrow();
  }

  /// The log of another session in the same store.
  ReadLog(ReadLog beside) {
    ids = beside.ids;
    store = beside.store;
    owns = false;
    session = create(ids, store);
    lease = store.eventLog().claim(session.id()).orElseThrow();
  }

  private static Session create(Ids ids, Store store) {
    var made = Stage.session(ids, Stage.WORKSPACE, List.of());
    store.sessions().create(made, List.of());
    return made;
  }

  EventId id() {
    return new EventId(ids.next(EventId.PREFIX));
  }

  EventLog log() {
    return store.eventLog();
  }

  Session session() {
    return session;
  }

  /// Appends an event of the primary thread and returns its position.
  long add(Event event) {
    return add(ThreadKey.PRIMARY, event, null);
  }

  long add(ThreadKey thread, Event event, Json.@Nullable Obj hidden) {
    log().emitEvents(lease, new Emission(List.of(new Emission.Entry(thread, event, hidden))));
    return all().getLast().position();
  }

  long say(String text) {
    return add(new Event.AgentMessage(id(), Json.arr(ScriptedModel.textBlock(text))));
  }

  Event.AgentToolUse use(String tool, Json.Obj input) {
    return new Event.AgentToolUse(id(), tool, input, Event.Permission.ALLOWED);
  }

  Event.AgentToolResult result(Event.ToolUse use, boolean failed, Json... blocks) {
    return new Event.AgentToolResult(id(), use.id(), new Json.Arr(List.of(blocks)), failed);
  }

  /// Every event of the session, of all threads.
  List<Stored> all() {
    return log().getEvents(session.id(), Slice.after(0, 100_000));
  }

  /// Appends a call of `get_events`.
  Event.AgentToolUse asks() {
    var use = use(GetEvents.NAME, Json.EMPTY);
    add(use);
    return use;
  }

  /// The result of a call that is in the log, with an input.
  ToolResult read(Event.AgentToolUse call, Json.Obj input) throws InterruptedException {
    return new GetEvents(System::nanoTime)
        .execute(
            new CallContext(Stage.WORKSPACE, session.primary(), log()),
            new ToolCall(call.id(), call.name(), input));
  }

  /// The text of the result of a new call.
  String read(Json.Obj input) throws InterruptedException {
    return read(asks(), input).text();
  }

  @Override
  public void close() {
    if (owns) {
      store.close();
    }
  }
}
