package dev.drover.brain;

import dev.drover.model.Answer;
import dev.drover.model.Capabilities;
import dev.drover.session.Event.ContextOpened;
import dev.drover.session.EventId;
import java.util.Optional;

/// The decision, before a model request, whether a new chapter begins. Pure: the same log gives the
/// same chapter, on any node and after any crash.
///
/// @param model the capabilities of the model
/// @param fixed the estimate for the system prompt and the tools, which are never cut
/// @param foresees whether a chapter also ends because its size, as far as it is known, has reached
///   a limit; otherwise only because the model server says so
record Room(Capabilities model, double fixed, boolean foresees) {
  /// How much of their usual size the parts of a chapter have: of the first one after a reply, the
  /// second, and the third and last.
  private static final double[] SHARES = {1, 0.4, 0.15};

  /// The size of a chapter that is worth opening, compared with the request that it replaces: while
  /// the request would fit, and if it would not.
  private static final double WORTH_IT = 0.7;

  private static final double SMALLER = 0.9;

  /// The smallest context that a refusal is taken to prove.
  private static final long LEAST_WINDOW = 4_096;

  /// The chapter that begins with the next request; empty if there is none.
  ///
  /// @param chapter with the messages that the request would take up
  /// @param id of the new event
  Optional<ContextOpened> before(Chapter chapter, EventId id) {
    if (chapter.isOverflowing()) {
      return afterOverflow(chapter, id);
    }
    if (!foresees) {
      return Optional.empty();
    }
    var gauge = Gauge.of(chapter, fixed);
    long window = window(chapter);
    var limits = ContextLimits.of(window, model.maxTokens());
    if (gauge.tokens() <= limits.soft()) {
      return Optional.empty();
    }
    double most = gauge.tokens() > limits.hard() ? SMALLER : WORTH_IT;
    return shortened(chapter, id, gauge, window, most);
  }

  /// The chapter that follows if the model server refuses the request of this one, or cuts its
  /// reply; empty if the context cannot be made smaller, or was not small enough three times in a
  /// row.
  Optional<ContextOpened> afterOverflow(Chapter chapter, EventId id) {
    var gauge = Gauge.of(chapter, fixed);
    long proven = Math.max(LEAST_WINDOW, (long) (SMALLER * gauge.tokens()));
    return shortened(chapter, id, gauge, Math.min(window(chapter), proven), SMALLER);
  }

  /// The failure that ends the turn because nothing helps, with the sizes of what cannot be cut.
  Answer.Failure explained(Answer.Failure failure, Chapter chapter) {
    var gauge = Gauge.of(chapter, fixed);
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

  private long window(Chapter chapter) {
    long known = model.contextKnown() ? model.contextTokens() : ContextLimits.UNKNOWN;
    return chapter.opened().map(opened -> Math.min(opened.gauge().window(), known)).orElse(known);
  }

  private Optional<ContextOpened> shortened(
      Chapter chapter, EventId id, Gauge gauge, long window, double most) {
    Optional<ContextOpened> smallest = Optional.empty();
    long soft = ContextLimits.of(window, model.maxTokens()).soft();
    for (int level = chapter.inARow(); level < SHARES.length; level++) {
      smallest = draft(chapter, id, gauge, window, level);
      if (smallest.filter(one -> one.gauge().after() <= soft).isPresent()) {
        break;
      }
    }
    return smallest.filter(one -> one.gauge().after() <= most * one.gauge().before());
  }

  private Optional<ContextOpened> draft(
      Chapter chapter, EventId id, Gauge gauge, long window, int level) {
    double soft = ContextLimits.of(window, model.maxTokens()).soft() / gauge.factor();
    double space = Math.max(soft / 4, soft - fixed);
    double share = SHARES[level];
    int results = (int) (3 * share * Math.min(10_000, space / 8));
    double keep = level == 0 ? Math.min(20_000, space / 4) : 0;
    var budget =
        new Opening.Budget(
            share * Math.min(8_000, 0.15 * space),
            share * Math.min(8_000, 0.1 * space),
            share * Math.min(6_000, 0.1 * space));
    return Cut.of(chapter, keep, results)
        .map(
            cut -> {
              var opening = Opening.of(chapter.log(), cut.from(), budget);
              double after = gauge.factor() * (fixed + Estimate.of(opening) + cut.kept());
              return new ContextOpened(
                  id,
                  chapter.number() + 1,
                  level == 0 ? ContextOpened.Kind.ROLLING : ContextOpened.Kind.TRIM,
                  chapter.isOverflowing()
                      ? ContextOpened.Cause.OVERFLOW
                      : ContextOpened.Cause.THRESHOLD,
                  cut.from(),
                  opening,
                  results,
                  new ContextOpened.Sizes(
                      Math.round(gauge.tokens()),
                      Math.round(after),
                      window,
                      (int) Math.round(100 * gauge.factor())));
            });
  }
}
