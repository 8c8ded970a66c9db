package dev.drover.brain;

import static dev.drover.testing.ScriptedModel.reply;
import static dev.drover.testing.ScriptedModel.textBlock;
import static dev.drover.testing.ScriptedModel.toolUse;
import static org.assertj.core.api.Assertions.assertThat;

import dev.drover.base.Json;
import dev.drover.hands.ToolResult;
import dev.drover.model.Answer;
import dev.drover.session.Event;
import dev.drover.session.Event.ContextOpened;
import dev.drover.session.EventLog;
import dev.drover.session.ForkPoint;
import dev.drover.session.Session;
import dev.drover.session.SessionId;
import dev.drover.session.Slice;
import dev.drover.session.Stored;
import dev.drover.testing.EventLogView;
import dev.drover.testing.ListedLog;
import dev.drover.testing.Stage;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/// What brains read of a log that is much longer than its newest chapter, and what they send.
@Timeout(60)
final class ChapterReadingTest {
  private static final int TURNS = 16;
  private static final int CALLS = 5;

  private final Stage stage = new Stage();
  private final AtomicInteger requests = new AtomicInteger();
  private boolean brief;
  private final Reads reads = new Reads(stage.store().eventLog(), new ArrayList<>());

  /// A log that notes the events that are read.
  private record Reads(EventLog log, List<Stored> events) implements EventLogView {
    @Override
    public List<Stored> getEvents(SessionId id, Slice slice) {
      var found = log.getEvents(id, slice);
      events.addAll(found);
      return found;
    }

    /// The lowest position that was read since the last call.
    long lowest() {
      long lowest = events.stream().mapToLong(Stored::position).min().orElseThrow();
      events.clear();
      return lowest;
    }
  }

  @BeforeEach
  void longSession() throws Exception {
    stage.model().withContext(12_000, true).otherwise((_, _) -> answer());
    stage.hand().does(_ -> ToolResult.success("a line of output\n".repeat(180)));
    for (int i = 0; i < TURNS || requestsOfChapter() > 2; i++) {
      turn("part " + i);
    }
    assertThat(stage.all(ContextOpened.class)).hasSizeGreaterThan(3);
    assertThat(stage.log()).as("a log that is not short").hasSizeGreaterThan(300);
    reads.events.clear();
  }

  @AfterEach
  void close() {
    stage.close();
  }

  private Answer answer() {
    int number = requests.getAndIncrement();
    return brief || number % (CALLS + 1) == CALLS
        ? reply("end_turn", textBlock("Turn " + number + " is done."))
        : reply("tool_use", toolUse("toolu_" + number, "bash", Json.obj("command", "make")));
  }

  /// The number of requests since the newest chapter began.
  private long requestsOfChapter() {
    var log = stage.log();
    long begun =
        log.stream()
            .filter(one -> one.event() instanceof ContextOpened)
            .mapToLong(Stored::position)
            .max()
            .orElseThrow();
    return log.stream()
        .filter(one -> one.position() > begun && one.event() instanceof Event.ModelRequestStart)
        .count();
  }

  /// A turn of one request, in which no chapter begins.
  private void briefTurn(String text) throws InterruptedException {
    brief = true;
    turn(text);
  }

  private void turn(String text) throws InterruptedException {
    stage.queue(text);
    stage.harness(reads).wake(stage.session());
  }

  /// Compares the last request with what the whole log gives.
  private void assertRequestIsThatOfTheWholeLog() {
    var log = stage.log();
    int asked = 0;
    for (int i = 0; i < log.size(); i++) {
      asked = log.get(i).event() instanceof Event.ModelRequestStart ? i : asked;
    }
    var before = log.subList(0, asked);
    var whole = new ChapterView(true).messages(slices -> slices.accept(before));
    assertThat(stage.model().prompts().getLast().messages().toString())
        .isEqualTo(whole.messages().toString());
  }

  private ContextOpened newest() {
    return stage.all(ContextOpened.class).getLast();
  }

  @Test
  void aWakeReadsNothingFromBeforeTheChapter() throws Exception {
    long from = newest().from();
    briefTurn("go on");
    assertThat(reads.lowest()).isGreaterThanOrEqualTo(from);
    assertRequestIsThatOfTheWholeLog();
  }

  @Test
  void aBrainThatBeginsAChapterReadsOnFromIt() throws Exception {
    int chapters = stage.all(ContextOpened.class).size();
    while (stage.all(ContextOpened.class).size() == chapters) {
      turn("go on");
      assertRequestIsThatOfTheWholeLog();
    }
    assertThat(newest().opening().toString())
        .contains("part 0<", "part " + (TURNS - 1) + "<")
        .contains("bash {");
  }

  @Test
  void aForkSendsTheSameBytes() throws Exception {
    var to = new SessionId(stage.ids().next(SessionId.PREFIX));
    stage
        .store()
        .sessions()
        .fork(
            Stage.WORKSPACE,
            stage.session(),
            new ForkPoint.Newest(),
            true,
            before -> new Session(to, before.origin(), before.editable()));
    long from = newest().from();
    stage.enter(to);
    briefTurn("instead");
    assertThat(reads.lowest()).isGreaterThanOrEqualTo(from);
    assertRequestIsThatOfTheWholeLog();
  }

  @Test
  void anImportedSessionSendsTheSameBytes() throws Exception {
    var row = stage.row();
    var made =
        new Session(
            new SessionId(stage.ids().next(SessionId.PREFIX)), row.origin(), row.editable());
    var exported = new ListedLog(row.id(), row.primary().id(), stage.log());
    long from = newest().from();
    stage.enter(stage.store().sessions().importSession(made, exported).id());
    briefTurn("elsewhere");
    assertThat(reads.lowest()).isGreaterThanOrEqualTo(from);
    assertRequestIsThatOfTheWholeLog();
  }
}
