package dev.drover.brain;

import dev.drover.base.Json;
import dev.drover.profile.Assumption;
import dev.drover.session.Usage;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/// The trial of one assumption of the harness with a recorded session: its requests with and
/// without it.
///
/// @param without the same session without the assumption; empty if the profile does not make it,
///   or if it changes no request
/// @param fitsWithout whether each request fits without it that fits with it
/// @param observed what the recording shows, if a replay without it shows nothing
/// @param points the positions of recorded requests whose context the assumption may change
public record AssumptionTrial(
    Assumption assumption,
    ReplayedRequests.Side with,
    Optional<ReplayedRequests.Side> without,
    boolean made,
    boolean fitsWithout,
    Optional<Observed> observed,
    List<Long> points) {
  /// The relative difference of two costs that is not noise of the estimates.
  private static final double TELLING = 0.05;

  /// What a token that is read from the cache costs, compared with another one.
  private static final double CACHED = 0.1;

  public AssumptionTrial {
    points = List.copyOf(points);
  }

  /// What a recording shows.
  ///
  /// @param reason as a sentence
  public record Observed(Verdict verdict, String reason) {}

  /// What the figures say.
  public enum Verdict {
    /// The profile does not make the assumption.
    NOT_MADE,
    /// The session never came to where it matters.
    NO_DIFFERENCE,
    /// Without it requests are refused or do not fit.
    NEEDED,
    /// It saves money.
    PAYS,
    /// It costs money, or nothing shows a use of it; whether the model needs it, only the model can
    /// show.
    IN_DOUBT,
    /// It has no use.
    LOOKS_STALE
  }

  /// What the figures say.
  public Verdict verdict() {
    if (!made) {
      return Verdict.NOT_MADE;
    }
    if (observed.isPresent()) {
      return observed.get().verdict();
    }
    if (without.isEmpty() || isSame(without.get())) {
      return Verdict.NO_DIFFERENCE;
    }
    if (!fitsWithout || without.get().refused() > with.refused()) {
      return Verdict.NEEDED;
    }
    return change(without.get()) >= TELLING ? Verdict.PAYS : Verdict.IN_DOUBT;
  }

  private boolean isSame(ReplayedRequests.Side other) {
    return other.chapters().equals(with.chapters()) && other.usage().equals(with.usage());
  }

  /// By which part the cost is higher without the assumption.
  private double change(ReplayedRequests.Side other) {
    double before = weight(with.usage());
    return before == 0 ? 0 : weight(other.usage()) / before - 1;
  }

  private static double weight(Usage usage) {
    return usage.inputTokens()
        + usage.cacheCreationTokens()
        + CACHED * usage.cacheReadTokens()
        + 5.0 * usage.outputTokens();
  }

  private String reason() {
    return made && observed.isPresent()
        ? observed.get().reason()
        : switch (verdict()) {
          case NOT_MADE -> "The profile does not make this assumption.";
          case NO_DIFFERENCE -> "No request of this session would be another one.";
          case NEEDED ->
              fitsWithout
                  ? "Without it the model server would refuse %d requests."
                      .formatted(without.orElseThrow().refused())
                  : "Without it a request would not fit.";
          case PAYS, LOOKS_STALE, IN_DOUBT ->
              "Without it the session would cost %.0f %% %s."
                  .formatted(
                      100 * Math.abs(change(without.orElseThrow())),
                      change(without.orElseThrow()) >= 0 ? "more" : "less");
        };
  }

  /// The trial as JSON.
  public Json.Obj json() {
    var tried = without;
    return Json.obj(
        "name",
        assumption.name(),
        "claim",
        assumption.claim(),
        "tried",
        assumption.off(),
        "with",
        with.json(),
        "without",
        tried.map(ReplayedRequests.Side::json).orElse(null),
        "cost_change",
        tried.map(this::change).map(AssumptionTrial::rounded).orElse(null),
        "verdict",
        verdict().name().toLowerCase(Locale.ROOT),
        "reason",
        reason(),
        "points",
        points);
  }

  private static double rounded(double value) {
    return Math.round(1_000 * value) / 1_000.0;
  }
}
