package dev.drover.brain;

import static dev.drover.testing.ScriptedModel.textBlock;
import static dev.drover.testing.ScriptedModel.toolUse;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;

import dev.drover.base.Json;
import dev.drover.catalog.McpServer;
import dev.drover.model.Capabilities;
import dev.drover.profile.Strategy;
import dev.drover.session.Event;
import dev.drover.session.Event.ContextOpened;
import dev.drover.session.EventId;
import dev.drover.session.EventLog;
import dev.drover.session.ModelUsage;
import dev.drover.session.RemoteTool;
import dev.drover.session.RepositorySkill;
import dev.drover.session.SessionId;
import dev.drover.session.SessionResourceId;
import dev.drover.session.Slice;
import dev.drover.session.StopReason;
import dev.drover.session.Stored;
import dev.drover.session.ThreadId;
import dev.drover.session.ThreadKey;
import dev.drover.store.ImportCheck;
import dev.drover.testing.EventLogView;
import dev.drover.testing.ListedLog;
import dev.drover.wire.EventCodec;
import java.net.URI;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// What a request consists of is the same whether the log is read from its beginning or from its
/// newest chapter on: for logs of random turns, at every request.
final class RecentLogTest {
  private static final SessionId SESSION = new SessionId("sesn_01Test");
  private static final int LOGS = 18;
  private static final int TURNS = 14;
  private static final double FIXED = 400;

  /// A small context, so that chapters begin often.
  private static final Room ROOM =
      TestRoom.of(
          new Capabilities(
              6_000, 1_000, List.of(), Optional.empty(), true, true, true, Optional.empty(), true),
          FIXED,
          Strategy.ROLLING);

  private static final List<McpServer> SERVERS =
      List.of(
          new McpServer("wiki", URI.create("https://wiki.example/mcp")),
          new McpServer("shop", URI.create("https://shop.example/mcp")));
  private static final List<SessionResourceId> REPOSITORIES =
      List.of(new SessionResourceId("sesrsc_1"), new SessionResourceId("sesrsc_2"));

  /// A log in memory. It notes the first position that was read in the order of the log.
  private static final class Log implements EventLogView {
    private final List<Stored> events = new ArrayList<>();
    private final List<Long> singles = new ArrayList<>();
    private long earliest = Long.MAX_VALUE;

    @Override
    public EventLog log() {
      throw new UnsupportedOperationException();
    }

    @Override
    public List<Stored> getEvents(SessionId id, Slice slice) {
      var order = slice.ascending() ? events : events.reversed();
      var found =
          order.stream()
              .filter(
                  one ->
                      slice.ascending()
                          ? one.position() > slice.after()
                          : one.position() < slice.after())
              .filter(
                  one ->
                      slice.types().isEmpty()
                          || slice.types().contains(EventCodec.type(one.event())))
              .limit(slice.limit())
              .toList();
      if (slice.ascending() && slice.types().isEmpty() && slice.limit() == 1) {
        found.forEach(one -> singles.add(one.position()));
      } else if (slice.ascending() && slice.types().isEmpty() && !found.isEmpty()) {
        earliest = Math.min(earliest, found.getFirst().position());
      }
      return found;
    }
  }

  /// The making of a random log, with comparisons on the way.
  private static final class Play {
    private final Log log = new Log();
    private final Random random;
    private int ids;
    private int chapters;
    private int overflows;
    private int standing;
    private int leftOut;
    private int inARow;
    private int older;

    Play(long seed) {
      random = new Random(seed);
    }

    // A random log

    private EventId id() {
      return new EventId("sevt_" + ids++);
    }

    private void event(Event event) {
      event(event, null);
    }

    private void event(Event event, Json.@Nullable Obj hidden) {
      long position = log.events.size() + 1L;
      var at = Instant.ofEpochSecond(position);
      // As it is read from a store
      var json = EventCodec.write(event, at);
      log.events.add(
          new Stored(position, at, ThreadKey.PRIMARY, EventCodec.read(json), json, hidden));
    }

    private boolean chance(double probability) {
      return random.nextDouble() < probability;
    }

    private <T> T one(List<T> of) {
      return of.get(random.nextInt(of.size()));
    }

    private String words(int most) {
      return ("word" + random.nextInt(1_000) + " ").repeat(1 + random.nextInt(most));
    }

    private Json.Arr blocks(int most) {
      var text = textBlock(words(most));
      return chance(0.2) ? Json.arr(Json.obj("type", "image"), text) : Json.arr(text);
    }

    private void turn() {
      if (chance(0.04)) {
        var note = chance(0.5) ? Optional.of("The files are gone.") : Optional.<String>empty();
        long position = log.events.size();
        event(
            chance(0.5)
                ? new Event.Forked(id(), SESSION, position, Optional.empty(), note)
                : new Event.Imported(id(), SESSION, position, note));
      }
      event(new Event.StatusRunning(id()));
      prepare();
      event(new Event.UserMessage(id(), blocks(chance(0.1) ? 1_500 : 60)));
      if (chance(0.2)) {
        event(new Event.SystemMessage(id(), Json.arr(textBlock(words(20)))));
      }
      int requests = 1 + random.nextInt(8);
      for (int i = 0; i < requests; i++) {
        request(i == requests - 1);
        if (chance(0.03)) {
          prepare();
        }
      }
      event(new Event.StatusIdle(id(), new StopReason.EndTurn()));
    }

    private void prepare() {
      if (chance(0.3)) {
        var tool = new RemoteTool("t" + random.nextInt(9), words(5), Json.EMPTY, false);
        var tools = chance(0.6) ? Optional.of(List.of(tool)) : Optional.<List<RemoteTool>>empty();
        event(new Event.ToolsListed(id(), one(SERVERS), tools));
      }
      var repository = one(REPOSITORIES);
      if (!ClonedRepositories.of(log.events).isSettled(repository)) {
        var skill = new RepositorySkill("s" + random.nextInt(9), words(5), "/workspace/a/SKILL.md");
        event(
            new Event.RepositoryCloned(
                id(), repository, chance(0.4) ? Optional.of(List.of(skill)) : Optional.empty()));
      }
    }

    /// A request that may be refused, cut off, or answered with text or calls.
    ///
    /// @param last whether the turn ends with it
    private void request(boolean last) {
      if (chance(0.15)) {
        event(new Event.UserMessage(id(), blocks(40)));
      }
      open();
      var start = id();
      event(new Event.ModelRequestStart(start));
      double fate = random.nextDouble();
      if (fate < 0.05) {
        event(new Event.ModelRequestEnd(id(), start, true, ModelUsage.NONE));
      } else if (fate < 0.15) {
        overflows++;
        event(new Event.ModelRequestEnd(id(), start, true, ModelUsage.NONE), Chapter.REFUSAL);
      } else if (fate < 0.25) {
        event(new Event.ModelRequestEnd(id(), start, true, ModelUsage.NONE), omission().json());
      } else {
        reply(start, last || chance(0.2));
      }
    }

    /// An omission of a block that the request had.
    private Omission omission() {
      var pieces = rendered(log.events).pieces().stream().flatMap(List::stream).toList();
      return chance(0.3) || pieces.isEmpty()
          ? new Omission(List.of(), true)
          : new Omission(List.of(one(pieces), one(pieces)), false);
    }

    private void reply(EventId start, boolean ends) {
      var content = new ArrayList<Json>();
      var uses = new ArrayList<EventId>();
      content.add(Json.obj("type", "thinking", "thinking", words(9), "signature", "s"));
      if (ends || chance(0.5)) {
        content.add(textBlock(words(40)));
        event(new Event.AgentMessage(id(), Json.arr(content.getLast())));
      }
      for (int i = ends ? 3 : random.nextInt(3); i < 3; i++) {
        var input = Json.obj("command", words(10));
        uses.add(id());
        content.add(toolUse("toolu_" + random.nextInt(50), "bash", input));
        event(new Event.AgentToolUse(uses.getLast(), "bash", input, Event.Permission.ALLOWED));
      }
      long counted =
          chance(0.5) ? 0 : Math.round(Gauge.of(Chapter.of(log.events), FIXED, 1).tokens());
      event(
          new Event.ModelRequestEnd(id(), start, false, new ModelUsage(counted, 50, 0, 0)),
          Json.obj(
              "content",
              content,
              "stop_reason",
              ends ? chance(0.1) ? Chapter.CUT : "end_turn" : "tool_use",
              "tool_uses",
              uses.stream().map(EventId::value).toList()));
      for (var use : uses) {
        event(new Event.AgentToolResult(id(), use, blocks(chance(0.1) ? 900 : 90), chance(0.2)));
      }
    }

    /// Begins a chapter if one is due. One of an older version does not say what it inherits.
    private void open() {
      var whole = Chapter.of(log.events);
      same();
      var opened = opened(whole, log.events);
      if (opened.isPresent()) {
        chapters++;
        event(new Event.ContextCompacted(id()));
        event(chance(0.1) ? without(opened.get()) : opened.get());
        same();
      }
    }

    private static ContextOpened without(ContextOpened one) {
      return new ContextOpened(
          one.id(),
          one.chapter(),
          one.kind(),
          one.cause(),
          one.from(),
          one.opening(),
          one.resultCharacters(),
          one.gauge(),
          one.roundCharacters(),
          one.summary(),
          Optional.empty(),
          Optional.empty());
    }

    // What is the same

    private Optional<ContextOpened> opened(Chapter chapter, List<Stored> session) {
      var id = new EventId("sevt_opened" + chapters);
      return ROOM.next(chapter, id) instanceof Move.Open(var opened)
          ? Optional.of(opened.with(chapter.inherited(opened.from(), session)))
          : Optional.empty();
    }

    private static Rendered rendered(List<Stored> events) {
      return new ChapterView(true).messages(slices -> slices.accept(events));
    }

    /// Compares what follows from the whole log with what follows from its newest chapter.
    private void same() {
      log.earliest = Long.MAX_VALUE;
      log.singles.clear();
      var whole = Chapter.of(log.events);
      var history = new RecentLog(log, SESSION, ThreadKey.PRIMARY);
      long end = log.events.size();
      var read = history.events(end);
      var chapter = Chapter.of(read, history.past(end));

      assertThat(rendered(read).messages()).isEqualTo(rendered(log.events).messages());
      assertThat(rendered(read).pieces()).isEqualTo(rendered(log.events).pieces());
      assertThat(chapter.number()).isEqualTo(whole.number());
      assertThat(chapter.inARow()).isEqualTo(whole.inARow());
      assertThat(chapter.isOverflowing()).isEqualTo(whole.isOverflowing());
      assertThat(Gauge.of(chapter, FIXED, 1)).isEqualTo(Gauge.of(whole, FIXED, 1));
      assertThat(opened(chapter, read)).isEqualTo(opened(whole, log.events));
      assertThat(ROOM.mayHelp(chapter, new EventId("sevt_x")))
          .isEqualTo(ROOM.mayHelp(whole, new EventId("sevt_x")));
      var listed = ListedTools.of(read);
      assertThat(listed.tools()).isEqualTo(ListedTools.of(log.events).tools());
      assertThat(SERVERS)
          .allMatch(one -> listed.hasFailed(one) == ListedTools.of(log.events).hasFailed(one));
      var cloned = ClonedRepositories.of(read);
      var all = ClonedRepositories.of(log.events);
      assertThat(cloned.note()).isEqualTo(all.note());
      for (var one : REPOSITORIES) {
        assertThat(cloned.isSettled(one)).isEqualTo(all.isSettled(one));
        assertThat(cloned.lastFailure(one)).isEqualTo(all.lastFailure(one));
      }
      whole
          .opened()
          .flatMap(ContextOpened::inherited)
          .ifPresent(
              inherited -> {
                standing += inherited.standing().size();
                leftOut += inherited.leftOut().size();
                inARow += inherited.inARow() > 1 ? 1 : 0;
                older += history.past(end).events().size();
                assertThat(log.earliest).isEqualTo(whole.from());
                assertThat(log.singles).isEqualTo(inherited.standing());
              });
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 1, 2})
  void aRequestIsTheSameHoweverTheLogIsRead(int part) {
    var counts = new int[6];
    for (int seed = part * LOGS / 3; seed < (part + 1) * LOGS / 3; seed++) {
      var one = new Play(seed);
      IntStream.range(0, TURNS).forEach(_ -> one.turn());
      one.same();
      counts[0] += one.chapters;
      counts[1] += one.overflows;
      counts[2] += one.standing;
      counts[3] += one.leftOut;
      counts[4] += one.inARow;
      counts[5] += one.older;
      var exported = new ListedLog(SESSION, new ThreadId("sthr_01Test"), one.log.events);
      assertThatCode(() -> ImportCheck.of(SESSION, exported))
          .as("the log of seed %s", seed)
          .doesNotThrowAnyException();
    }
    assertThat(counts).as("what the logs have of everything").doesNotContain(0);
    assertThat(counts[0]).isGreaterThan(LOGS);
  }

  @Test
  void aLogWithoutAChapterIsReadWhole() {
    var play = new Play(7);
    play.event(new Event.StatusRunning(play.id()));
    play.prepare();
    var history = new RecentLog(play.log, SESSION, ThreadKey.PRIMARY);
    int end = play.log.events.size();
    assertThat(history.events(end)).isEqualTo(play.log.events);
    assertThat(history.past(end)).isSameAs(Past.NONE);
  }

  @Test
  void anOpeningIsTheSameHoweverLongTheLogIsBeforeIt() {
    var play = new Play(7);
    for (int i = 0; i < 400; i++) {
      play.event(new Event.UserMessage(play.id(), play.blocks(i % 50 == 0 ? 3_000 : 80)));
      play.event(new Event.SystemMessage(play.id(), Json.arr(textBlock(play.words(80)))));
      for (int k = 0; k < 4; k++) {
        play.event(new Event.AgentMessage(play.id(), Json.arr(textBlock(play.words(30)))));
        var use = play.id();
        var input = Json.obj("command", play.words(20), "file_path", "/workspace/" + (i % 30));
        var name = k == 0 ? "read" : "bash";
        play.event(new Event.AgentToolUse(use, name, input, Event.Permission.ALLOWED));
        play.event(
            new Event.AgentToolResult(play.id(), use, Json.arr(textBlock(play.words(9))), false));
      }
    }
    var events = play.log.events;
    var contents =
        new Opening.Contents(
            ContextOpened.Kind.ROLLING, Optional.empty(), Optional.empty(), Optional.empty());
    for (int before : List.of(400, 2_000, 5_500)) {
      var older = Past.of(play.log, SESSION, ThreadKey.PRIMARY, before).events();
      var known = new ArrayList<>(older);
      known.addAll(events.subList(before - 1, events.size()));
      assertThat(older.size()).isLessThan(before == 400 ? 400 : 1_200);
      for (var share : List.of(1.0, 0.4, 0.15)) {
        var budget = new Opening.Budget(share * 8_000, share * 8_000, share * 6_000);
        for (int from : List.of(before + 50, events.size())) {
          assertThat(Opening.of(known, from, budget, contents))
              .isEqualTo(Opening.of(events, from, budget, contents));
        }
      }
    }
  }
}
