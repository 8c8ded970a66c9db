package dev.drover.brain;

import static dev.drover.testing.ScriptedModel.textBlock;
import static dev.drover.testing.ScriptedModel.toolUse;
import static org.assertj.core.api.Assertions.assertThat;

import dev.drover.base.Ids;
import dev.drover.base.Json;
import dev.drover.model.Capabilities;
import dev.drover.profile.Strategy;
import dev.drover.session.Compaction;
import dev.drover.session.Event;
import dev.drover.session.Event.CompactionFailed.Reason;
import dev.drover.session.EventId;
import dev.drover.session.ModelUsage;
import dev.drover.session.SessionId;
import dev.drover.session.Stored;
import dev.drover.session.ThreadKey;
import dev.drover.store.LogCheck;
import dev.drover.store.SessionState;
import dev.drover.testing.Stage;
import dev.drover.testing.WireRules;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/// Random logs of small contexts, in which every request of every chapter is rendered.
final class RandomChaptersTest {
  private static final int LOGS = 30;
  private static final int REQUESTS = 50;
  private static final Capabilities MODEL =
      new Capabilities(
              9_000, 1_500, List.of(), Optional.empty(), true, true, true, Optional.empty(), true)
          .withServerCompaction(true);

  /// One random log.
  private static final class World {
    final Random random;
    final Room room;
    final List<Stored> log = new ArrayList<>();
    int chapters;
    int longest;
    private String sent = "";
    private String whole = "";
    private int chapter = -1;
    private int keeping;

    World(long seed, Strategy strategy) {
      random = new Random(seed);
      room = TestRoom.of(MODEL, 300, strategy);
      add(new Event.StatusRunning(id()), null);
    }

    EventId id() {
      return new EventId("sevt_" + log.size());
    }

    void add(Event event, Json.@Nullable Obj hidden) {
      var at = Instant.ofEpochSecond(log.size() + 1);
      log.add(new Stored(log.size() + 1, at, ThreadKey.PRIMARY, event, "{}", hidden));
    }

    String words(int most) {
      return "word " + random.nextInt(100) + " of it ".repeat(random.nextInt(1, most));
    }

    /// Everything before one request, and the request with its reply and results.
    void ask() {
      if (log.size() < 3 || random.nextInt(3) == 0) {
        add(new Event.UserMessage(id(), Json.arr(textBlock(words(200)))), null);
        if (random.nextInt(5) == 0) {
          add(new Event.SystemMessage(id(), Json.arr(textBlock(words(40)))), null);
        }
      }
      int calls = 0;
      for (var move = move(); !(move instanceof Move.GoOn); move = move()) {
        assertThat(++calls).as("moves before one request").isLessThan(8);
        switch (move) {
          case Move.Open(var opened) -> open(opened);
          case Move.AskToHandOver _ -> add(new Event.HandOverAsked(id(), "Then call it."), null);
          case Move.Summarize(var draft) -> summarize(draft);
          case Move.GoOn _ -> throw new AssertionError();
        }
      }
      check();
      var start = id();
      add(new Event.ModelRequestStart(start), null);
      if (random.nextInt(25) == 0) {
        if (room.mayHelp(Chapter.of(log), id())) {
          end(start, true, Chapter.REFUSAL);
          return;
        }
      }
      reply(start);
    }

    Move move() {
      var move = room.next(Chapter.of(log), id());
      assertThat(room.next(Chapter.of(log), id())).isEqualTo(move);
      return move;
    }

    void open(Event.ContextOpened opened) {
      chapters++;
      add(opened.with(Chapter.of(log).inherited(opened.from(), log)), null);
    }

    void summarize(SummaryDraft draft) {
      var start = id();
      boolean byServer = draft.rung() == SummaryDraft.SERVER;
      var view = new ChapterView(false);
      var slices =
          byServer
              ? view.messages(all -> all.accept(log), draft.from())
              : view.messages(
                  all -> all.accept(log),
                  draft.hard() ? draft.from() : Long.MAX_VALUE,
                  start,
                  SummaryRequest.BEGINNING);
      assertThat(WireRules.fault(slices.messages())).isEmpty();
      whole = view.messages(all -> all.accept(log)).messages().toString();
      add(new Event.ModelRequestStart(start), draft.hidden());
      boolean fails = random.nextInt(4) == 0;
      var text = "The goal. " + words(300);
      var block = Json.obj("type", "compaction", "content", text, "signature", "s" + log.size());
      var opened =
          byServer
              ? room.compacted(Chapter.of(log), draft, block, true, id())
              : room.summarized(Chapter.of(log), draft, text, id());
      end(start, false, Compaction.marked(Json.EMPTY));
      if (!fails && opened.isPresent()) {
        var made = opened.get();
        open(
            new Event.ContextOpened(
                id(),
                made.chapter(),
                made.kind(),
                made.cause(),
                made.from(),
                made.opening(),
                made.resultCharacters(),
                made.gauge(),
                made.roundCharacters(),
                made.summary(),
                Optional.empty(),
                Optional.empty(),
                made.keepsThinking()));
        return;
      }
      var reasons = Reason.values();
      var reason = fails ? reasons[random.nextInt(reasons.length)] : Reason.NO_ROOM;
      int next = SummaryRules.after(draft.rung(), byServer ? Reason.OTHER : reason);
      assertThat(next).isGreaterThan(draft.rung());
      var why = byServer ? Reason.OTHER : reason; // or the server would not be asked again
      add(new Event.CompactionFailed(id(), draft.rung(), why, next, draft.before()), null);
    }

    void end(EventId start, boolean failed, Json.Obj hidden) {
      add(new Event.ModelRequestEnd(id(), start, failed, ModelUsage.NONE), hidden);
    }

    void reply(EventId start) {
      var content = new ArrayList<Json>();
      var uses = new ArrayList<EventId>();
      if (random.nextInt(3) == 0) {
        content.add(Json.obj("type", "thinking", "thinking", words(60), "signature", "s"));
      }
      content.add(textBlock(words(100)));
      for (int i = random.nextInt(4); i > 0; i--) {
        var use = id();
        boolean handsOver = Chapter.of(log).handsOver() && random.nextBoolean();
        var name = handsOver ? HandOver.SPEC.name() : "bash";
        var input =
            handsOver
                ? Json.obj("note", "note ".repeat(60), "next_step", "x")
                : Json.obj("command", words(10));
        content.add(toolUse("toolu_" + use.value(), name, input));
        uses.add(use);
        add(new Event.AgentToolUse(use, name, input, Event.Permission.ALLOWED), null);
      }
      end(
          start,
          false,
          Json.obj(
              "content",
              new Json.Arr(content),
              "stop_reason",
              uses.isEmpty() ? "end_turn" : "tool_use",
              "tool_uses",
              uses.stream().map(EventId::value).toList()));
      for (var use : uses) {
        var text = words(random.nextInt(4) == 0 ? 1_200 : 150);
        add(
            new Event.AgentToolResult(id(), use, Json.arr(textBlock(text)), random.nextInt(9) == 0),
            null);
      }
      if (uses.isEmpty()) {
        add(new Event.UserMessage(id(), Json.arr(textBlock(words(30)))), null);
      }
    }

    /// The request can be sent, and begins with all of the one before of its chapter.
    void check() {
      var now = Chapter.of(log);
      var messages = new ChapterView(false).messages(all -> all.accept(log)).messages();
      assertThat(WireRules.fault(messages)).isEmpty();
      var text = messages.toString();
      if (now.number() == chapter) {
        assertThat(text).startsWith(sent.substring(0, sent.lastIndexOf("]}")));
      } else if (now.opened().filter(Event.ContextOpened::keepsThinking).isPresent()) {
        assertThat(whole).contains(kept(messages));
        keeping++;
      }
      sent = text;
      chapter = now.number();
      longest = Math.max(longest, text.length());
    }

    /// What stands between the block and the message with the client's words.
    String kept(Json.Arr messages) {
      var all = new ArrayList<>(messages.items());
      var first = (Json.Obj) all.removeFirst();
      all.removeLast();
      var reply = first.items("content").subList(1, first.items("content").size());
      if (!reply.isEmpty()) {
        all.addFirst(first.with("content", reply));
      } else if (!all.isEmpty()) {
        all.removeFirst(); // was merged with what stood before it
      }
      var text = new Json.Arr(all).toString();
      return text.substring(1, text.length() - 1);
    }

    void judge() {
      var session = new SessionId("sesn_01Test");
      var made = Stage.session(new Ids(random), Stage.WORKSPACE, List.of());
      var check = new LogCheck(session, SessionState.of(made));
      log.forEach(stored -> check.add(stored, 0));
      assertThat(check.end().stream().filter(finding -> finding.position() > 0)).isEmpty();
    }
  }

  @ParameterizedTest
  @EnumSource(names = {"ROLLING", "SUMMARY", "NOTE", "SERVER"})
  void everyRequestOfAChapterBeginsWithTheOneBefore(Strategy strategy) {
    int chapters = 0;
    int keeping = 0;
    for (int seed = 0; seed < LOGS; seed++) {
      var world = new World(seed, strategy);
      for (int i = 0; i < REQUESTS; i++) {
        world.ask();
      }
      world.judge();
      chapters += world.chapters;
      keeping += world.keeping;
    }
    assertThat(chapters).isGreaterThan(2 * LOGS);
    assertThat(keeping > LOGS / 2).isEqualTo(strategy == Strategy.SERVER);
  }
}
