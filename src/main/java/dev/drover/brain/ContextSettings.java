package dev.drover.brain;

import dev.drover.model.Capabilities;
import dev.drover.settings.Section;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/// The settings for the contexts of sessions.
///
/// @param strategy of all models that have a context; empty: chosen by the model
public record ContextSettings(Optional<Strategy> strategy) {
  public static final ContextSettings DEFAULT = new ContextSettings(Optional.empty());

  /// The largest context that is too small for summaries: a request for one takes a good part of
  /// it, and the models that have it summarize badly.
  private static final int SMALL = 32_768;

  private static final List<String> NAMES = List.of("full", "rolling", "summary", "note");

  static ContextSettings read(Section section) {
    return new ContextSettings(
        section
            .choice("strategy", NAMES)
            .map(name -> Strategy.valueOf(name.toUpperCase(Locale.ROOT))));
  }

  /// The strategy for a model. A context that is only guessed counts as a small one.
  Strategy of(Profile profile, Capabilities model) {
    if (!profile.foresees()) {
      return Strategy.FULL;
    }
    boolean large = model.contextKnown() && model.contextTokens() > SMALL;
    return strategy.orElse(large ? Strategy.SUMMARY : Strategy.ROLLING);
  }
}
