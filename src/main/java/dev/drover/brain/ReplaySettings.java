package dev.drover.brain;

import dev.drover.base.Problem;
import dev.drover.model.Capabilities;
import dev.drover.model.Models;
import dev.drover.profile.Strategy;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.stream.Stream;

/// The settings under which the requests of a recorded session are made again.
///
/// @param model the id of a model; empty for the session's own
/// @param contextTokens another context than the model's, in tokens
/// @param strategy the name of a strategy; empty for that of the profile
/// @param profile the name of a profile of the server; empty for that of the session's newest
///   chapter, or of another model
public record ReplaySettings(
    Optional<String> model,
    Optional<Integer> contextTokens,
    Optional<String> strategy,
    Optional<String> profile) {
  /// The smallest context that can be tried, in tokens.
  public static final int LEAST_CONTEXT = 2_000;

  /// The largest one.
  public static final int MOST_CONTEXT = 100_000_000;

  private static final int LONGEST_ID = 256;

  /// The names of the strategies. `note` is not among them: what an agent would hand over, and
  /// when, cannot be known without it. A block of a model server is replayed as a summary.
  public static final List<String> STRATEGIES =
      Stream.of(Strategy.FULL, Strategy.ROLLING, Strategy.SUMMARY)
          .map(ReplaySettings::name)
          .toList();

  /// The settings of the session itself.
  public static final ReplaySettings OWN =
      new ReplaySettings(Optional.empty(), Optional.empty(), Optional.empty(), Optional.empty());

  /// @throws Problem `INVALID_REQUEST` if a value is not possible
  public ReplaySettings {
    model
        .filter(id -> id.isBlank() || id.length() > LONGEST_ID)
        .ifPresent(
            _ -> {
              throw Problem.invalid("model: must have 1 to " + LONGEST_ID + " characters");
            });
    strategy
        .filter(name -> !STRATEGIES.contains(name))
        .ifPresent(
            _ -> {
              throw Problem.invalid("strategy: must be one of " + String.join(", ", STRATEGIES));
            });
    contextTokens
        .filter(tokens -> tokens < LEAST_CONTEXT || tokens > MOST_CONTEXT)
        .ifPresent(
            _ -> {
              throw Problem.invalid(
                  "context_tokens: must be from " + LEAST_CONTEXT + " to " + MOST_CONTEXT);
            });
  }

  String model(Recording recording) {
    return model.orElse(recording.agent().model().id());
  }

  Capabilities capabilities(Models models, String id) {
    var own = models.capabilities(id);
    return contextTokens.isEmpty()
        ? own
        : new Capabilities(
            contextTokens.get(),
            Math.min(own.maxTokens(), contextTokens.get()),
            own.efforts(),
            own.defaultEffort(),
            own.images(),
            own.documents(),
            own.midConversationSystem(),
            own.price(),
            true,
            own.overflow(),
            own.serverCompaction());
  }

  /// The strategy to use.
  ///
  /// @param own that of the profile
  Strategy strategy(Strategy own) {
    return strategy
        .map(name -> Strategy.valueOf(name.toUpperCase(Locale.ROOT)))
        .orElse(own == Strategy.NOTE || own == Strategy.SERVER ? Strategy.SUMMARY : own);
  }

  static String name(Strategy strategy) {
    return strategy.name().toLowerCase(Locale.ROOT);
  }
}
