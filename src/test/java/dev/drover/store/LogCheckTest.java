package dev.drover.store;

import static dev.drover.testing.ScriptedModel.toolUse;
import static org.assertj.core.api.Assertions.assertThat;

import dev.drover.base.Json;
import dev.drover.catalog.McpServer;
import dev.drover.hands.ToolResult;
import dev.drover.session.Event;
import dev.drover.session.EventId;
import dev.drover.session.Inherited;
import dev.drover.session.ModelUsage;
import dev.drover.session.Progress;
import dev.drover.session.SessionId;
import dev.drover.session.Status;
import dev.drover.session.StopReason;
import dev.drover.session.Stored;
import dev.drover.session.ThreadKey;
import dev.drover.session.Usage;
import dev.drover.testing.Stage;
import java.net.URI;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;

/// A real session's log and row pass; with one fault planted, that fault is found. That good logs
/// of all kinds pass is seen to by [Stage], at the end of every test of the brain.
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
final class LogCheckTest {
  private static final SessionId SESSION = new SessionId("sesn_01Test");

  private List<Stored> log;
  private SessionState row;
  private int ids;

  @BeforeAll
  void play() throws Exception {
    try (var stage = new Stage()) {
      stage.model().thenCalls(toolUse("toolu_1", "bash", Json.obj("command", "date")));
      stage.model().thenText("done");
      stage.hand().does(_ -> ToolResult.success("today"));
      stage.queue("what day is it?");
      stage.wake();
      log = stage.log();
      row = stage.state();
    }
    assertThat(found(row, log)).isEmpty();
    assertThat(log.size()).isGreaterThan(10);
  }

  @Test
  void aLogThatIsNotDense() {
    assertThat(found(row, without(3)))
        .anySatisfy(
            sentence ->
                assertThat(sentence).isEqualTo("5 follows position 3: the log is not dense"));
    assertThat(found(row, log.subList(0, log.size() - 1)))
        .contains("0 the row has head %d; its log says %d".formatted(log.size(), log.size() - 1));
  }

  @Test
  void anIdThatIsThereTwice() {
    var twice = new ArrayList<>(log);
    var copied = new Event.UserInterrupt(log.getFirst().event().id());
    twice.set(2, stored(3, log.get(2).processedAt(), copied));
    assertThat(found(row, twice))
        .contains("3 has the id %s of an earlier event".formatted(copied.id()));
  }

  @Test
  void timeThatStandsStill() {
    var still = new ArrayList<>(log);
    still.set(4, stored(5, log.get(3).processedAt(), log.get(4).event()));
    assertThat(found(row, still))
        .containsExactly(
            "5 is of %s, not later than the event before".formatted(log.get(3).processedAt()));
  }

  @Test
  void epochsThatFallOrAreUnknown() {
    var held = with(row.progress(), row.head(), 0, Awaited.NOTHING, row.lastProcessed(), 7);
    var check = new LogCheck(SESSION, held);
    long[] epochs = {5, 7, 0, 6, 8};
    for (var stored : log) {
      check.add(
          stored, stored.position() <= epochs.length ? epochs[(int) stored.position() - 1] : 0);
    }
    assertThat(sentences(check))
        .containsExactly(
            "4 was written under epoch 6, after epoch 7",
            "5 was written under epoch 8, which the row does not know");
  }

  @Test
  void aRowThatSaysOtherwise() {
    var fold = row.progress();
    assertThat(found(fold(Status.RUNNING, fold.usage(), Instant.EPOCH, true, fold.boundary())))
        .containsExactly("0 the row has status RUNNING; its log says IDLE");
    assertThat(found(fold(Status.IDLE, Usage.NONE.plusActive(1), null, true, fold.boundary())))
        .singleElement()
        .asString()
        .startsWith("0 the row has usage ");
    var requested =
        new Progress(
            Status.IDLE, fold.usage(), null, true, 2, fold.boundary(), fold.updatedAt(), null);
    assertThat(found(with(requested, row.head(), 0, Awaited.NOTHING, row.lastProcessed(), 0), log))
        .containsExactly("0 the row has last_request 2; its log says " + fold.lastRequest());
    assertThat(found(fold(Status.IDLE, fold.usage(), null, true, 4)))
        .containsExactly("0 the row has boundary 4; its log says " + log.size());
    assertThat(found(fold(Status.IDLE, fold.usage(), null, false, fold.boundary())))
        .containsExactly(
            "0 the row says that the session never started, but the log shows that it ran");
    assertThat(found(fold(Status.IDLE, fold.usage(), Instant.EPOCH, true, fold.boundary())))
        .containsExactly("0 the row is IDLE since 1970-01-01T00:00:00Z");
    var open =
        new Awaited(List.of(new Awaited.Use(ThreadKey.PRIMARY, new EventId("sevt_01x"), true)));
    assertThat(found(with(fold, row.head(), 0, open, row.lastProcessed(), 0), log))
        .containsExactly("0 the row has awaited [result:sevt_01x]; its log says []");
    assertThat(found(with(fold, row.head(), 9, Awaited.NOTHING, row.lastProcessed(), 0), log))
        .containsExactly("0 the row has seen 9 of 1 received events");
    assertThat(found(with(fold, row.head(), 0, Awaited.NOTHING, Instant.EPOCH, 0), log))
        .containsExactly(
            "0 the row was last processed at 1970-01-01T00:00:00Z, before its last event");
    assertThat(
            found(
                new SessionState(
                    fold, row.head(), 0, 0, Awaited.NOTHING, row.lastProcessed(), 0, null),
                log))
        .containsExactly("0 the row has received 0 events; the log has 1 from clients, 0 wait");
  }

  @Test
  void aSessionThatIsOverAndIsNot() {
    var over = new Progress(Status.TERMINATED, Usage.NONE, null, false, 0, 0, Instant.EPOCH, null);
    assertThat(
            found(
                new SessionState(over, 0, 0, 0, Awaited.NOTHING, Instant.EPOCH, 1, "n"), List.of()))
        .containsExactly(
            "0 the row is TERMINATED, which no event explains",
            "0 the row is terminated and has a brain or work");
    var archived =
        new Progress(Status.IDLE, Usage.NONE, null, false, 0, 0, Instant.EPOCH, Instant.EPOCH);
    assertThat(
            found(
                new SessionState(archived, 0, 0, 0, Awaited.NOTHING, Instant.EPOCH, 1, null),
                List.of()))
        .containsExactly("0 the row is archived and IDLE");
    assertThat(grammar(new Event.StatusTerminated(id()), new Event.UserInterrupt(id())))
        .containsExactly("2 comes after the end of the session");
    assertThat(grammar(new Event.Deleted(id()))).containsExactly("1 is never stored");
  }

  @Test
  void anInboxThatDoesNotFitTheRow() {
    var fold = row.progress();
    var more =
        new SessionState(fold, log.size(), 2, 2, Awaited.NOTHING, row.lastProcessed(), 0, null);
    var message = new EventId("sevt_01waits");
    assertThat(found(more, _ -> {}))
        .containsExactly("0 the row has received 2 events; the log has 1 from clients, 0 wait");
    assertThat(found(more, check -> check.addWaiting(2, message)))
        .containsExactly(
            "0 the row is at rest, but 1 events are waiting and no brain will process them");
    assertThat(found(more, true, check -> check.addWaiting(2, message))).isEmpty();
    assertThat(found(more, true, check -> check.addWaiting(3, message)))
        .containsExactly("0 the inbox has number 3 of 2 received");
    var logged = log.getFirst().event().id();
    assertThat(found(more, true, check -> check.addWaiting(2, logged)))
        .containsExactly(
            "0 the inbox contains %s, which is already in the log or the inbox".formatted(logged));
  }

  @Test
  void anEventThatCannotBeReadIsAllThatIsSaidOfWhatFollowsFromIt() {
    var check = new LogCheck(SESSION, row);
    for (var stored : log) {
      if (stored.position() == 3) {
        check.addUnreadable(3, "cannot be read");
      } else {
        check.add(stored, 0);
      }
    }
    assertThat(sentences(check)).contains("3 cannot be read").noneMatch(s -> s.startsWith("0 "));
  }

  private List<String> found(SessionState state, Consumer<LogCheck> inbox) {
    return found(state, false, inbox);
  }

  private List<String> found(SessionState state, boolean budget, Consumer<LogCheck> inbox) {
    var check = new LogCheck(SESSION, state);
    log.forEach(stored -> check.add(stored, 0));
    inbox.accept(check);
    check.endInbox(budget);
    return sentences(check);
  }

  @Test
  void turnsOutOfOrder() {
    assertThat(grammar(running(), running())).containsExactly("2 begins to run while it runs");
    assertThat(grammar(new Event.StatusRescheduled(id())))
        .containsExactly("1 is rescheduled while it does not run");
    assertThat(grammar(running(), idle(), idle()))
        .containsExactly("3 ends a turn that did not begin");
    var forked = new Event.Forked(id(), SESSION, 1, Optional.empty(), Optional.empty());
    assertThat(grammar(running(), forked))
        .containsExactly("2 follows a copy that ends in the middle of a turn");
    var start = start();
    assertThat(grammar(running(), start, idle()))
        .containsExactly("3 ends a turn while request " + start.id() + " has no end");
  }

  @Test
  void chaptersOutOfOrder() {
    var start = start();
    assertThat(grammar(running(), start, end(start), chapter(1, 2), chapter(2, 2))).isEmpty();
    assertThat(grammar(running(), start, end(start), chapter(1, 3)))
        .containsExactly("4 opens a chapter at position 3, which is not a model request");
    assertThat(grammar(running(), start, end(start), chapter(2, 2), chapter(2, 2)))
        .containsExactly("5 opens chapter 2 after chapter 2");
    assertThat(grammar(running(), start, chapter(1, 2)))
        .containsExactly("3 opens a chapter while request " + start.id() + " has no end");
  }

  @Test
  void chaptersThatGoBack() {
    var first = start();
    var second = start();
    assertThat(
            grammar(
                running(), first, end(first), second, end(second), chapter(1, 4), chapter(2, 2)))
        .containsExactly("7 opens a chapter at position 2, before the one at 4");
  }

  @Test
  void chaptersThatInheritWhatTheLogDoesNotHave() {
    var start = start();
    var server = new McpServer("wiki", URI.create("https://wiki.example/mcp"));
    var listed = new Event.ToolsListed(id(), server, Optional.empty());
    var message = new Event.UserMessage(id(), Json.arr());
    var right = new Inherited(1, List.of(2L), List.of(new Inherited.Part(message.id(), 0)));
    assertThat(grammar(running(), listed, message, start, end(start), chapter(1, 4).with(right)))
        .isEmpty();
    var wrong = new Inherited(2, List.of(1L), List.of(new Inherited.Part(listed.id(), 0)));
    assertThat(grammar(running(), listed, message, start, end(start), chapter(1, 4).with(wrong)))
        .containsExactly(
            "6 opens chapter 2 in a row; it is number 1",
            "6 opens a chapter that inherits the events [1]; [2] stand",
            "6 leaves out a part of " + listed.id() + ", no earlier message");
  }

  @Test
  void chaptersThatForgetThatTheServerRefusedToSummarize() {
    var forgets = "6 opens a chapter that forgets that the model server refused to summarize";
    assertThat(refused(new Inherited(1, List.of(), List.of()))).contains(forgets);
    assertThat(refused(new Inherited(1, List.of(), List.of(), true))).doesNotContain(forgets);
  }

  private List<String> refused(Inherited inherited) {
    var start = start();
    var refused =
        new Event.CompactionFailed(
            id(), Event.CompactionFailed.SERVER, Event.CompactionFailed.Reason.REJECTED, 1, 9);
    return grammar(
        running(),
        start,
        end(start),
        new Event.HandOverAsked(id(), "x"),
        refused,
        chapter(1, 2).with(inherited));
  }

  private Event.ContextOpened chapter(int number, long from) {
    return new Event.ContextOpened(
        id(),
        number,
        Event.ContextOpened.Kind.ROLLING,
        Event.ContextOpened.Cause.THRESHOLD,
        from,
        Json.arr(),
        0,
        new Event.ContextOpened.Sizes(2, 1, 9, 100));
  }

  @Test
  void requestsOutOfOrder() {
    var start = start();
    assertThat(grammar(start)).containsExactly("1 asks the model while the session does not run");
    assertThat(grammar(running(), start, start()))
        .containsExactly("3 asks the model while request " + start.id() + " has no end");
    assertThat(grammar(running(), end(start)))
        .containsExactly("2 ends request " + start.id() + ", which is not open");
    assertThat(grammar(new Event.AgentThinking(id())))
        .containsExactly("1 is from the model, but no request is open");
  }

  @Test
  void usageThatTheRequestsHaveNot() {
    var ten = new Usage(10, 0, 0, 0, 5);
    var start = start();
    var used = new Event.ModelRequestEnd(id(), start.id(), false, new ModelUsage(10, 0, 0, 0));
    assertThat(grammar(running(), start, used, report(ten))).isEmpty();
    assertThat(grammar(running(), report(ten)))
        .singleElement()
        .asString()
        .startsWith("2 reports Usage[inputTokens=10");
    assertThat(grammar(running(), start, used, report(ten), report(new Usage(10, 0, 0, 0, 4))))
        .containsExactly("5 reports less active time than before");
  }

  @Test
  void toolUsesWithoutOneResultEach() {
    var start = start();
    var use = use(Event.Permission.ALLOWED);
    assertThat(grammar(running(), start, use, end(start))).isEmpty(); // the turn is open
    assertThat(grammar(running(), start, use, end(start), idle()))
        .containsExactly("5 ends the turn while tool uses have no result: " + use.id());
    assertThat(grammar(running(), start, use, end(start), start()))
        .containsExactly("5 asks the model while tool uses have no result: " + use.id());
    assertThat(grammar(running(), start, use, end(start), result(use), result(use)))
        .containsExactly("6 is the second result of " + use.id() + ", after position 5");
    assertThat(grammar(running(), result(use)))
        .containsExactly("2 is the result of " + use.id() + ", which the last reply did not use");
  }

  @Test
  void handsAskedOutOfOrder() {
    var start = start();
    var use = use(Event.Permission.ALLOWED);
    assertThat(grammar(running(), dispatched(use, 1)))
        .containsExactly("2 dispatches " + use.id() + ", which is not an open tool use");
    assertThat(grammar(running(), start, use, end(start), dispatched(use, 1), dispatched(use, 3)))
        .containsExactly("6 is attempt 3 after 1");
    var asked = use(Event.Permission.ASKED);
    assertThat(grammar(running(), start, asked, end(start), dispatched(asked, 1)))
        .containsExactly("5 dispatches " + asked.id() + ", which is waiting for the client");
  }

  @Test
  void answersThatNothingWaitsFor() {
    var start = start();
    var use = use(Event.Permission.ASKED);
    var yes = new Event.UserToolConfirmation(id(), use.id(), true, null);
    var again = new Event.UserToolConfirmation(id(), use.id(), false, null);
    assertThat(grammar(running(), start, use, end(start), yes, again))
        .containsExactly("6 answers " + use.id() + ", which does not wait for it");
    var waits =
        new Event.StatusIdle(id(), new StopReason.RequiresAction(List.of(new EventId("sevt_01x"))));
    assertThat(grammar(running(), start, use, end(start), waits))
        .containsExactly("5 asks for [sevt_01x]; [" + use.id() + "] wait");
  }

  private EventId id() {
    return new EventId("sevt_" + ++ids);
  }

  private Event running() {
    return new Event.StatusRunning(id());
  }

  private Event idle() {
    return new Event.StatusIdle(id(), new StopReason.EndTurn());
  }

  private Event start() {
    return new Event.ModelRequestStart(id());
  }

  private Event end(Event start) {
    return new Event.ModelRequestEnd(id(), start.id(), false, ModelUsage.NONE);
  }

  private Event use(Event.Permission permission) {
    return new Event.AgentToolUse(id(), "bash", Json.EMPTY, permission);
  }

  private Event result(Event use) {
    return new Event.AgentToolResult(id(), use.id(), Json.arr(), false);
  }

  private Event dispatched(Event use, int attempt) {
    return new Event.ToolDispatched(id(), use.id(), attempt);
  }

  private Event report(Usage usage) {
    return new Event.UsageReported(id(), usage, Optional.empty(), Optional.empty());
  }

  private List<Stored> without(int index) {
    var shorter = new ArrayList<>(log);
    shorter.remove(index);
    return shorter;
  }

  private SessionState fold(
      Status status, Usage usage, @Nullable Instant since, boolean started, long boundary) {
    var fold =
        new Progress(
            status,
            usage,
            since,
            started,
            row.progress().lastRequest(),
            boundary,
            row.progress().updatedAt(),
            null);
    return with(fold, row.head(), 0, Awaited.NOTHING, row.lastProcessed(), 0);
  }

  private SessionState with(
      Progress fold, long head, long seen, Awaited awaited, Instant last, long epoch) {
    return new SessionState(fold, head, row.received(), seen, awaited, last, epoch, null);
  }

  private List<String> found(SessionState of) {
    return found(of, log);
  }

  private static List<String> found(SessionState row, List<Stored> log) {
    var check = new LogCheck(SESSION, row);
    log.forEach(stored -> check.add(stored, 0));
    return sentences(check);
  }

  /// What is wrong with these events, whatever the row says.
  private List<String> grammar(Event... events) {
    var made =
        IntStream.range(0, events.length)
            .mapToObj(i -> stored(i + 1, Instant.ofEpochSecond(i + 1), events[i]))
            .toList();
    return found(row, made).stream().filter(sentence -> !sentence.startsWith("0 ")).toList();
  }

  private static Stored stored(long position, Instant at, Event event) {
    return new Stored(position, at, ThreadKey.PRIMARY, event, "{}", null);
  }

  private static List<String> sentences(LogCheck check) {
    return check.end().stream()
        .map(finding -> finding.position() + " " + finding.sentence())
        .toList();
  }
}
