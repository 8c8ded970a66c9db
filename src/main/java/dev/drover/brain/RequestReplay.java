package dev.drover.brain;

import dev.drover.base.Json;
import dev.drover.base.Problem;
import dev.drover.model.Price;
import dev.drover.profile.Strategy;
import dev.drover.session.Event;
import dev.drover.session.Event.ContextOpened;
import dev.drover.session.EventId;
import dev.drover.session.ModelUsage;
import dev.drover.session.Stored;
import dev.drover.session.Usage;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/// Makes the requests of a recorded session again, under other settings and without a model: the
/// replies and the results are the recorded ones, and where chapters begin is decided anew. Sizes
/// are estimates, calibrated by what the model server counted for the recorded request at the same
/// place. One thread.
final class RequestReplay {
  /// How long a server keeps the beginning of a prompt.
  private static final Duration CACHED = Duration.ofMinutes(5);

  /// A word of a summary that nothing is known of but its length.
  private static final String WORD = "words ";

  /// The share of the soft limit below which no chapter can begin.
  private static final double FAR = 0.8;

  private final Room room;
  private final LongSupplier nanos;
  private final long until;
  private final Duration limit;
  private final ContextSize recorded;
  private final ContextSize size;
  private final List<Stored> seen = new ArrayList<>();
  private final List<Stored> log = new ArrayList<>();
  private final Tally before = new Tally();
  private final Tally after = new Tally();
  private Optional<ReplayedRequests.Sized> tooLarge = Optional.empty();
  private Optional<Instant> last = Optional.empty();
  private long cached;
  private boolean requested;
  private @Nullable Stored start;

  /// The position of the request before which the replay ends; 0 if it does not end early.
  private long stopAt;

  private boolean stopped;

  /// The figures of one side as they grow.
  private static final class Tally {
    private final List<ReplayedRequests.Began> chapters = new ArrayList<>();
    private int requests;
    private int refused;
    private long largest;
    private Usage usage = Usage.NONE;

    private void add(ModelUsage more) {
      requests++;
      largest = Math.max(largest, ReplayedRequests.prompt(more));
      usage = usage.plus(more);
    }

    private void open(long position, ContextOpened opened) {
      chapters.add(
          new ReplayedRequests.Began(
              position,
              opened.kind().name().toLowerCase(Locale.ROOT),
              opened.cause().name().toLowerCase(Locale.ROOT),
              opened.gauge().before(),
              opened.gauge().after()));
    }

    private ReplayedRequests.Side side(Optional<Price> price) {
      return new ReplayedRequests.Side(requests, refused, chapters, largest, usage, price);
    }
  }

  /// @param room the limits and the fixed parts of the requests to make
  /// @param recordedFixed the estimate for the fixed parts of the recorded requests
  /// @param nanos a clock
  /// @param limit how long the replay may take
  RequestReplay(Room room, double recordedFixed, LongSupplier nanos, Duration limit) {
    this.room = room;
    this.nanos = nanos;
    this.limit = limit;
    until = nanos.getAsLong() + limit.toNanos();
    recorded = new ContextSize(recordedFixed);
    size = new ContextSize(room.fixed());
  }

  /// Makes all requests.
  ///
  /// @param profile its name, with its version
  /// @param replies the ends of requests with a reply, by the position of the request
  /// @param price of the session's own model
  /// @throws Problem `INVALID_REQUEST` if it takes too long
  ReplayedRequests run(
      String model,
      String profile,
      List<Stored> events,
      Map<Long, Stored> replies,
      Optional<Price> price) {
    replay(events, replies);
    return new ReplayedRequests(
        model,
        room.model().contextKnown()
            ? Optional.of((long) room.model().contextTokens())
            : Optional.empty(),
        profile,
        ReplaySettings.name(room.now().strategy()),
        before.side(price),
        after.side(room.model().price()),
        tooLarge);
  }

  /// The log before a request, with the chapters of this replay. Where a chapter needs a summary,
  /// it has the newest recorded one; without one, it has the list of calls only.
  ///
  /// @param position of a request with a reply
  /// @throws Problem `INVALID_REQUEST` if it takes too long
  List<Stored> before(long position, List<Stored> events, Map<Long, Stored> replies) {
    stopAt = position;
    replay(events, replies);
    return List.copyOf(log);
  }

  private void replay(List<Stored> events, Map<Long, Stored> replies) {
    for (var stored : events) {
      if (stopped) {
        return;
      }
      seen.add(stored);
      recorded.add(stored, seen);
      switch (stored.event()) {
        case ContextOpened opened -> before.open(stored.position(), opened);
        case Event.ContextCompacted _, Event.CompactionFailed _, Event.HandOverAsked _ -> {}
        case Event.ModelRequestStart _ -> {
          start = stored;
          if (replies.containsKey(stored.position())) {
            request(stored, replies.get(stored.position()));
          }
        }
        case Event.ModelRequestEnd end -> end(stored, end);
        default -> add(stored.event(), stored);
      }
    }
  }

  /// The end of a request. One that was too long is not part of the replay, which has limits of its
  /// own; other failures stay, because later requests may leave out what was refused.
  private void end(Stored stored, Event.ModelRequestEnd end) {
    if (Recording.isForContext(stored)) {
      before.usage = before.usage.plus(end.usage());
    } else if (!end.isError()) {
      return; // added with its request
    } else if (Chapter.isRefusal(stored.hidden())) {
      before.refused++;
    } else if (start != null) {
      add(start.event(), start);
      add(end, stored);
    }
  }

  private void request(Stored asked, Stored replied) {
    if (nanos.getAsLong() > until) {
      throw Problem.invalid(
          "The session is too long to be replayed here within "
              + limit.toSeconds()
              + " seconds. Export it, and replay the bundle on another machine.");
    }
    if (!(replied.event() instanceof Event.ModelRequestEnd end)) {
      throw new IllegalStateException("no end of a request");
    }
    var counted = end.usage();
    before.add(counted);
    double factor = factor(ReplayedRequests.prompt(counted));
    boolean opened = open(asked, factor);
    long tokens = Math.round(factor * size.tokens());
    if (room.model().contextKnown() && tokens > room.model().contextTokens()) {
      opened = refuse(asked, factor) || opened;
      tokens = Math.round(factor * size.tokens());
    }
    if (asked.position() == stopAt) {
      stopped = true;
      return;
    }
    long read =
        isWarm(asked) ? Math.min(tokens, opened ? Math.round(factor * room.fixed()) : cached) : 0;
    var usage = new ModelUsage(0, counted.outputTokens(), read, tokens - read);
    after.add(usage);
    cached = tokens;
    last = Optional.of(replied.processedAt());
    add(asked.event(), asked);
    add(new Event.ModelRequestEnd(end.id(), end.startId(), false, usage), replied);
  }

  /// The server's tokens for each estimated one, if its count is plausible.
  private double factor(long counted) {
    double estimate = recorded.tokens();
    double ratio = estimate == 0 ? 1 : counted / estimate;
    return ratio >= 1.0 / 3 && ratio <= 3 ? ratio : 1;
  }

  private boolean open(Stored asked, double factor) {
    var model = room.model();
    long soft = ContextLimits.of(model.contextTokens(), model.maxTokens(), room.now()).soft();
    boolean near = room.now().strategy() != Strategy.FULL && factor * size.tokens() > FAR * soft;
    return (near || requested) && began(asked, chapter(asked, factor));
  }

  /// The chapter that begins before a request.
  private Optional<ContextOpened> chapter(Stored asked, double factor) {
    var chapter = Chapter.of(log);
    return switch (room.next(chapter, asked.event().id())) {
      case Move.Open(var opened) -> Optional.of(opened);
      case Move.Summarize(var draft) -> summarized(chapter, draft, asked, factor);
      case Move.GoOn _, Move.AskToHandOver _ -> Optional.empty();
    };
  }

  /// A chapter with a summary of the usual length, whose request reads the conversation from the
  /// cache. If it were too large, the chapter has none.
  private Optional<ContextOpened> summarized(
      Chapter chapter, SummaryDraft draft, Stored asked, double factor) {
    var id = asked.event().id();
    int length = room.summaryTokens(chapter);
    var opened = summary(length).flatMap(text -> room.summarized(chapter, draft, text, id));
    if (opened.isPresent()) {
      long tokens = Math.round(factor * size.tokens());
      long read = isWarm(asked) ? Math.min(tokens, cached) : 0;
      after.usage = after.usage.plus(new ModelUsage(0, length, read, tokens - read));
      cached = tokens;
      last = Optional.of(asked.processedAt());
      return opened;
    }
    var rolling = new Room.Next(room.now().with(Strategy.ROLLING), room.next().get().reader());
    return new Room(room.model(), room.fixed(), rolling.settings(), () -> rolling).next(chapter, id)
            instanceof Move.Open(var rolled)
        ? Optional.of(rolled)
        : Optional.empty();
  }

  /// The text of a summary.
  private Optional<String> summary(int length) {
    return stopAt == 0
        ? Optional.of(WORD.repeat(length))
        : seen.reversed().stream()
            .map(Stored::event)
            .filter(ContextOpened.class::isInstance)
            .map(ContextOpened.class::cast)
            .flatMap(chapter -> chapter.summary().stream())
            .map(ContextOpened.Summary::text)
            .findFirst();
  }

  private boolean isWarm(Stored asked) {
    return last.filter(time -> time.plus(CACHED).isAfter(asked.processedAt())).isPresent();
  }

  private boolean began(Stored asked, Optional<ContextOpened> chapter) {
    chapter.ifPresent(
        opened -> {
          after.open(asked.position(), opened);
          add(opened, asked);
        });
    return chapter.isPresent();
  }

  /// The request is refused, as often as a smaller chapter can be made.
  private boolean refuse(Stored asked, double factor) {
    boolean opened = false;
    while (factor * size.tokens() > room.model().contextTokens()) {
      after.refused++;
      var id = asked.event().id();
      add(asked.event(), asked);
      add(
          new Event.ModelRequestEnd(new EventId(id.value() + "x"), id, true, ModelUsage.NONE),
          with(asked, Chapter.REFUSAL));
      var next = chapter(asked, factor);
      if (next.isEmpty()) {
        long tokens = Math.round(factor * size.tokens());
        tooLarge =
            tooLarge.or(() -> Optional.of(new ReplayedRequests.Sized(asked.position(), tokens)));
        break;
      }
      opened = began(asked, next) || opened;
    }
    return opened;
  }

  private static Stored with(Stored stored, Json.Obj hidden) {
    return new Stored(
        stored.position(),
        stored.processedAt(),
        stored.thread(),
        stored.event(),
        stored.json(),
        hidden);
  }

  /// Adds an event at the end of the new log.
  ///
  /// @param source the recorded event whose time and hidden data it has
  private void add(Event event, Stored source) {
    var stored =
        new Stored(
            log.size() + 1L,
            source.processedAt(),
            source.thread(),
            event,
            source.json(),
            event instanceof ContextOpened ? null : source.hidden());
    log.add(stored);
    size.add(stored, log);
    switch (event) {
      case Event.CompactionRequested _ -> requested = true;
      case ContextOpened _ -> requested = false;
      default -> {}
    }
  }
}
