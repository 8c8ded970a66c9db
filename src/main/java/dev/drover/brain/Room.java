package dev.drover.brain;

import dev.drover.base.Json;
import dev.drover.model.Answer;
import dev.drover.model.Capabilities;
import dev.drover.model.CompactionBlock;
import dev.drover.profile.ProfileSettings;
import dev.drover.profile.Strategy;
import dev.drover.session.Event.CompactionFailed;
import dev.drover.session.Event.CompactionFailed.Reason;
import dev.drover.session.Event.CompactionRequested;
import dev.drover.session.Event.ContextOpened;
import dev.drover.session.Event.ContextOpened.Kind;
import dev.drover.session.Event.ContextOpened.Summary;
import dev.drover.session.EventId;
import dev.drover.session.ModelUsage;
import java.util.Optional;
import java.util.function.Supplier;
import java.util.stream.Stream;

/// The decision, before a model request, whether a new chapter begins, and how. Pure: the same log
/// gives the same chapter, on any node and after any crash.
///
/// @param model the capabilities of the model
/// @param fixed the estimate for the system prompt and the tools, which are never cut
/// @param now the settings of the chapter that the request would go on with: when it ends
/// @param next what a chapter has that begins instead. It is asked for only if one may begin
record Room(Capabilities model, double fixed, ProfileSettings now, Supplier<Next> next) {
  /// How much of their usual size the parts of a chapter have: of the first one after a reply, the
  /// second, and the third and last.
  private static final double[] SHARES = {1, 0.4, 0.15};

  /// The size of a chapter that is worth opening, compared with the request that it replaces: while
  /// the request would fit, and if it would not.
  private static final double WORTH_IT = 0.7;

  private static final double SMALLER = 0.9;

  /// The smallest context that a refusal is taken to prove.
  private static final long LEAST_WINDOW = 4_096;

  /// How far a context grows after a failed summary before one is asked for again, as long as the
  /// conversation can go on without it.
  private static final double GROWN = 1.1;

  /// The size of a chapter that is worth opening because a client asked for it.
  private static final double ANY_SMALLER = 0.95;

  /// The share of the soft limit at which an agent is not waited for any longer that was asked to
  /// hand over.
  private static final double LATE = 0.9;

  /// The number of requests within which an agent has to hand over.
  private static final int REQUESTS_TO_HAND_OVER = 12;

  /// The share of its estimate below which the count of a prompt shows that a part of it was
  /// dropped, and the smallest estimate of which that can be said.
  private static final double TRUNCATED = 0.55;

  private static final double TELLING = 3_000;

  /// The factor from what a truncating server has kept to its context.
  private static final double KEPT = 1.9;

  private static final int LEAST_REPLY = 1_024;
  private static final int SLACK = 256;

  /// What a new chapter has.
  ///
  /// @param reader the name of the tool that reads the log; empty if the model does not have it
  record Next(ProfileSettings settings, Optional<String> reader) {}

  /// What the sizes of a new chapter follow from.
  private record Sizes(Gauge gauge, long window, ContextLimits limits) {}

  /// What to do before the next request.
  ///
  /// @param chapter with the messages that the request would take up
  /// @param id of the new event
  Move next(Chapter chapter, EventId id) {
    if (chapter.note().isPresent()) {
      return new Move.Open(handedOver(chapter, id));
    }
    var sizes = sizes(chapter);
    double tokens = sizes.gauge.tokens();
    boolean foresees = now.strategy() != Strategy.FULL;
    boolean requested = chapter.requested().isPresent();
    boolean hard = chapter.isOverflowing() || (foresees && tokens > sizes.limits.hard());
    boolean soft = foresees && tokens > sizes.limits.soft();
    if (now.strategy() == Strategy.NOTE && !hard) {
      return byHand(chapter, sizes);
    }
    if (!hard && !soft && !requested) {
      return new Move.GoOn();
    }
    if (next.get().settings().strategy().summarizes()) {
      var draft = draft(chapter, sizes, hard);
      boolean waits =
          chapter.failure().filter(one -> one.next() < CompactionFailed.LAST).isPresent();
      boolean needsSummary =
          chapter.requested().flatMap(CompactionRequested::instructions).isPresent();
      if (draft.isPresent() || (!hard && (waits || needsSummary || !requested))) {
        return draft.<Move>map(Move.Summarize::new).orElseGet(Move.GoOn::new);
      }
    }
    return shortened(chapter, id, sizes, requested ? ANY_SMALLER : hard ? SMALLER : WORTH_IT)
        .<Move>map(Move.Open::new)
        .orElseGet(Move.GoOn::new);
  }

  /// What to do in a context whose agent hands over before it is full.
  private Move byHand(Chapter chapter, Sizes sizes) {
    double tokens = sizes.gauge.tokens();
    double begun =
        chapter
            .opened()
            .map(opened -> (double) opened.gauge().after())
            .orElse(sizes.gauge.factor() * fixed);
    boolean late =
        tokens > LATE * sizes.limits.soft()
            || (chapter.handsOver() && chapter.requestsSinceAsked() >= REQUESTS_TO_HAND_OVER);
    if (late) {
      return draft(chapter, sizes, false).<Move>map(Move.Summarize::new).orElseGet(Move.GoOn::new);
    }
    boolean early = tokens > begun + now.handOverFraction() * (sizes.limits.soft() - begun);
    boolean asks = !chapter.handsOver() && (early || chapter.requested().isPresent());
    return asks ? new Move.AskToHandOver() : new Move.GoOn();
  }

  /// Whether another chapter may help if the model server refuses the request of this one, or cuts
  /// its reply. It does not if the context cannot be made smaller, or was not small enough three
  /// times in a row.
  boolean mayHelp(Chapter refused, EventId id) {
    var sizes = overflowing(refused, window(refused));
    return shortened(refused, id, sizes, SMALLER).isPresent();
  }

  private Sizes sizes(Chapter chapter) {
    long window = window(chapter);
    if (chapter.isOverflowing()) {
      return overflowing(chapter, window);
    }
    long opened = chapter.opened().map(e -> e.gauge().after()).orElse(0L);
    return new Sizes(gauge(chapter), window, limits(window, now).after(opened));
  }

  private Sizes overflowing(Chapter chapter, long window) {
    var gauge = gauge(chapter);
    long said = chapter.proven() > 0 ? chapter.proven() : (long) (SMALLER * gauge.tokens());
    long proven = Math.min(window, Math.max(LEAST_WINDOW, said));
    return new Sizes(gauge, proven, limits(proven, now));
  }

  private ContextLimits limits(long window, ProfileSettings profile) {
    return ContextLimits.of(window, model.maxTokens(), profile);
  }

  /// The size of the next request.
  Gauge gauge(Chapter chapter) {
    return Gauge.of(chapter, fixed, now.factor());
  }

  /// The sizes at which the chapter ends.
  ContextLimits limits(Chapter chapter) {
    return sizes(chapter).limits;
  }

  /// The context that the model server is assumed to have; [ContextLimits#UNKNOWN] if nothing says.
  long window(Chapter chapter) {
    long known = model.contextKnown() ? model.contextTokens() : ContextLimits.UNKNOWN;
    return chapter.opened().map(opened -> Math.min(opened.gauge().window(), known)).orElse(known);
  }

  /// The failure that ends the turn because nothing helps, with the sizes of what cannot be cut.
  Answer.Failure explained(Answer.Failure failure, Chapter chapter) {
    var gauge = gauge(chapter);
    long fixedTokens = Math.round(gauge.factor() * fixed);
    return new Answer.Failure(
        failure.kind(),
        ("%s (The context cannot be made small enough: about %d tokens are the system prompt and"
                + " the tools, and %d the messages that cannot be left out.)")
            .formatted(
                failure.message(),
                fixedTokens,
                Math.max(0, Math.round(gauge.tokens()) - fixedTokens)),
        failure.retryAfter());
  }

  /// The limit for the reply to a request: what a strict server has room for.
  int replyTokens(Chapter chapter) {
    if (model.overflow() != Capabilities.Overflow.STRICT || !model.contextKnown()) {
      return model.maxTokens();
    }
    var gauge = gauge(chapter);
    double left = window(chapter) - gauge.tokens() - 0.35 * gauge.guessed() - SLACK;
    int least = Math.min(LEAST_REPLY, model.maxTokens());
    return (int) Math.clamp(left, least, model.maxTokens());
  }

  /// The context of a server that has silently dropped a part of the prompt, as its count shows;
  /// empty if it has not, or is not known to do so.
  ///
  /// @param chapter that was sent
  Optional<Long> truncatedTo(Chapter chapter, ModelUsage usage) {
    double counted = Gauge.input(usage);
    if (model.overflow() != Capabilities.Overflow.SILENT || counted == 0) {
      return Optional.empty();
    }
    double expected = gauge(chapter).tokens();
    boolean tooFew = expected >= TELLING && counted < TRUNCATED * expected;
    return tooFew || counted < chapter.counted()
        ? Optional.of(Math.round(KEPT * counted))
        : Optional.empty();
  }

  // ---- Chapters that need no model.

  private Optional<ContextOpened> shortened(Chapter chapter, EventId id, Sizes sizes, double most) {
    Optional<ContextOpened> smallest = Optional.empty();
    long soft = limits(sizes.window, next.get().settings()).soft();
    for (int level = chapter.inARow(); level < SHARES.length; level++) {
      smallest = rolled(chapter, id, sizes, level);
      if (smallest.filter(one -> one.gauge().after() <= soft).isPresent()) {
        break;
      }
    }
    return smallest.filter(one -> one.gauge().after() <= most * one.gauge().before());
  }

  private ChapterShape shape(Chapter chapter, Sizes sizes, double share) {
    var profile = next.get().settings();
    double factor = sizes.gauge.factor();
    double base = ContextLimits.base(sizes.window, model.maxTokens(), profile) / factor;
    double space = Math.max(base / 4, base - fixed);
    double messages = sizes.gauge.tokens() / factor - fixed;
    return ChapterShape.of(profile, space, messages, chapter.requested().isPresent(), share);
  }

  private static ContextOpened.Cause cause(Chapter chapter) {
    return chapter.isOverflowing()
        ? ContextOpened.Cause.OVERFLOW
        : chapter.requested().isPresent()
            ? ContextOpened.Cause.REQUESTED
            : ContextOpened.Cause.THRESHOLD;
  }

  private Optional<ContextOpened> rolled(Chapter chapter, EventId id, Sizes sizes, int level) {
    var shape = shape(chapter, sizes, SHARES[level]);
    var kind = level == 0 ? Kind.ROLLING : Kind.TRIM;
    var earlier = earlier(chapter, SHARES[level]);
    return Cut.of(chapter, shape.keep(), shape.limits(chapter))
        .map(cut -> opened(chapter, id, sizes, shape, cut, kind, earlier));
  }

  /// The summary of the chapter before, which stands for what came before that chapter.
  private Optional<Summary> earlier(Chapter chapter, double share) {
    return chapter
        .opened()
        .flatMap(ContextOpened::summary)
        .map(
            summary ->
                new Summary(
                    summary.through(),
                    ShortResults.cut(
                        summary.text(),
                        (int) (share * 4 * 1.5 * next.get().settings().summaryTokens()))));
  }

  private ContextOpened opened(
      Chapter chapter,
      EventId id,
      Sizes sizes,
      ChapterShape shape,
      Cut cut,
      Kind kind,
      Optional<Summary> summary) {
    return opened(chapter, id, sizes, shape, cut, kind, summary, Json.arr(), false);
  }

  /// @param first the message with the block of a model server; none for other kinds
  private ContextOpened opened(
      Chapter chapter,
      EventId id,
      Sizes sizes,
      ChapterShape shape,
      Cut cut,
      Kind kind,
      Optional<Summary> summary,
      Json.Arr first,
      boolean keepsThinking) {
    var gauge = sizes.gauge;
    long before = kind == Kind.NOTE ? cut.from() + 1 : cut.from();
    var contents =
        new Opening.Contents(kind, summary, next.get().reader(), continued(chapter, sizes));
    var words = Opening.of(chapter.log(), before, shape.budget(), contents);
    var opening =
        new Json.Arr(Stream.concat(first.items().stream(), words.items().stream()).toList());
    double after = gauge.factor() * (fixed + Estimate.of(opening) + cut.kept());
    return new ContextOpened(
        id,
        chapter.number() + 1,
        kind,
        cause(chapter),
        cut.from(),
        opening,
        shape.results(),
        new ContextOpened.Sizes(
            Math.round(gauge.tokens()),
            Math.round(after),
            sizes.window,
            (int) Math.round(100 * gauge.factor())),
        shape.round(),
        summary,
        Optional.empty(),
        Optional.empty(),
        keepsThinking);
  }

  /// The beginning of the chapter, if its words of the client are as long as those of the next one
  /// may be.
  private Optional<ContextOpened> continued(Chapter chapter, Sizes sizes) {
    var settings = next.get().settings();
    return chapter
        .opened()
        .filter(
            opened ->
                opened.kind() != Kind.TRIM
                    && opened.kind() != Kind.SERVER
                    && opened.gauge().window() == sizes.window)
        .filter(
            _ ->
                settings.userTokens() == now.userTokens()
                    && settings.instructionTokens() == now.instructionTokens());
  }

  /// The chapter of an agent that has handed its work over: nothing of the old one is kept.
  private ContextOpened handedOver(Chapter chapter, EventId id) {
    var sizes = sizes(chapter);
    long from = chapter.lastResult();
    var note = new Summary(from, chapter.note().orElseThrow());
    var shape = shape(chapter, sizes, 1);
    var cut = Cut.at(chapter, from, shape.limits(chapter));
    return opened(chapter, id, sizes, shape, cut, Kind.NOTE, Optional.of(note));
  }

  // ---- Summaries.

  /// The next request for a summary; empty if the ladder is past them, if it waits, if the chapter
  /// has had no reply yet, or if the smallest chapter with a summary would not be worth it.
  private Optional<SummaryDraft> draft(Chapter chapter, Sizes sizes, boolean hard) {
    var failure = chapter.failure();
    int rung = Math.max(failure.map(CompactionFailed::next).orElse(0), firstRung(chapter));
    boolean waits = failure.filter(Room::pauses).isPresent();
    long tokens = Math.round(sizes.gauge.tokens());
    if (chapter.inARow() > 0
        || rung >= CompactionFailed.LAST
        || (!hard && waits && tokens <= GROWN * failure.orElseThrow().tokens())) {
      return Optional.empty();
    }
    var shape = shape(chapter, sizes, 1);
    var repairs = failure.filter(_ -> rung == SummaryDraft.REPAIRED).map(CompactionFailed::reason);
    boolean newestOnly = rung == SummaryDraft.SLIM || repairs.equals(Optional.of(Reason.NO_ROOM));
    return cut(chapter, sizes, shape, newestOnly ? 0 : shape.keep())
        .or(() -> newestOnly ? Optional.empty() : cut(chapter, sizes, shape, 0))
        .map(cut -> new SummaryDraft(rung, repairs, cut.from(), hard, tokens));
  }

  /// The first rung of the ladder: the model server if it can, and has not refused before.
  private int firstRung(Chapter chapter) {
    boolean byServer =
        next.get().settings().strategy() == Strategy.SERVER
            && model.serverCompaction()
            && !chapter.isServerRefused();
    return byServer ? SummaryDraft.SERVER : SummaryDraft.FIRST;
  }

  /// Whether another request for a summary is not worth its price at once.
  private static boolean pauses(CompactionFailed failure) {
    return failure.reason() == Reason.UNAVAILABLE || failure.next() >= SummaryDraft.SLIM;
  }

  /// A cut whose chapter will be small enough with a summary of the usual length.
  private Optional<Cut> cut(Chapter chapter, Sizes sizes, ChapterShape shape, double keep) {
    var contents =
        new Opening.Contents(
            Kind.SUMMARY, Optional.empty(), next.get().reader(), continued(chapter, sizes));
    double most = WORTH_IT * sizes.gauge.tokens() / sizes.gauge.factor();
    return Cut.of(chapter, keep, shape.limits(chapter))
        .filter(cut -> cut.from() > chapter.from())
        .filter(cut -> fixed + shape.summary() / 2 + cut.kept() <= most) // needs no older events
        .filter(
            cut -> {
              var budget = shape.besideSummary().budget();
              var opening = Opening.of(chapter.log(), cut.from(), budget, contents);
              return fixed + shape.summary() / 2 + cut.kept() + Estimate.of(opening) <= most;
            });
  }

  /// The chapter with a summary; empty if it is not small enough.
  Optional<ContextOpened> summarized(Chapter chapter, SummaryDraft draft, String text, EventId id) {
    var sizes = sizes(chapter);
    var shape = shape(chapter, sizes, 1).besideSummary();
    var cut = Cut.at(chapter, draft.from(), shape.limits(chapter));
    var summary = Optional.of(new Summary(draft.from(), text));
    return Optional.of(opened(chapter, id, sizes, shape, cut, Kind.SUMMARY, summary))
        .filter(one -> one.gauge().after() <= WORTH_IT * Math.max(draft.before(), 1));
  }

  /// The chapter with the block of a model server; empty if it is not small enough. Results that
  /// were sent stay as they were, as long as they fit, so the thinking after them stays valid.
  ///
  /// @param same whether the system prompt and the tools stay the same
  Optional<ContextOpened> compacted(
      Chapter chapter, SummaryDraft draft, Json.Obj block, boolean same, EventId id) {
    var sizes = sizes(chapter);
    var usual = shape(chapter, sizes, 1).besideSummary();
    var before = chapter.opened().filter(_ -> same && !chapter.isOverflowing());
    var shape =
        before
            .map(one -> usual.withResults(one.resultCharacters(), one.roundCharacters()))
            .orElse(usual);
    var limits = shape.limits(chapter);
    boolean keeps = same && chapter.limits().areThose(limits, chapter.recent(), draft.from());
    var cut =
        Cut.at(chapter, draft.from(), limits, stored -> keeps && chapter.sendsThinkingOf(stored));
    var text = CompactionBlock.summary(block).orElseThrow();
    var summary = Optional.of(new Summary(draft.from(), text));
    var first = Json.arr(Json.obj("role", "assistant", "content", Json.arr(block)));
    return Optional.of(opened(chapter, id, sizes, shape, cut, Kind.SERVER, summary, first, keeps))
        .filter(one -> one.gauge().after() <= WORTH_IT * Math.max(draft.before(), 1));
  }

  /// The length that a summary is asked to have, in tokens; half as many more are accepted.
  int summaryTokens(Chapter chapter) {
    return (int) shape(chapter, sizes(chapter), 1).summary();
  }

  /// The room for a prompt for a summary, as an estimate.
  double slimTokens(Chapter chapter) {
    var sizes = sizes(chapter);
    long window = Math.min(sizes.window, 2 * sizes.limits.soft());
    double left = window - ContextLimits.reserve(window, model.maxTokens(), now);
    return Math.max(0, left / sizes.gauge.factor() - fixed);
  }

  /// The limit for the reply to a request for a summary, with room for thinking.
  int summaryReply(Chapter chapter) {
    long reserve = ContextLimits.reserve(sizes(chapter).window, model.maxTokens(), now);
    return (int) Math.max(1, Math.min(16_000, reserve));
  }
}
