package dev.drover.brain;

import dev.drover.base.Json;
import dev.drover.model.Price;
import dev.drover.session.ModelUsage;
import dev.drover.session.Usage;
import java.math.RoundingMode;
import java.util.List;
import java.util.Optional;

/// The requests of a session as they were, and as they would be under other settings.
///
/// @param model the id of the model whose limits and price apply
/// @param window the context of the model, in tokens; empty if it is not known
/// @param profile the name of the profile, with its version
/// @param strategy the name of the strategy
/// @param firstTooLarge the first request that would not fit, although the strategy was applied
public record ReplayedRequests(
    String model,
    Optional<Long> window,
    String profile,
    String strategy,
    Side recorded,
    Side replayed,
    Optional<Sized> firstTooLarge) {

  /// A request, with its size in tokens.
  ///
  /// @param position of the request in the recorded log
  public record Sized(long position, long tokens) {
    Json.Obj json() {
      return Json.obj("position", position, "tokens", tokens);
    }
  }

  /// The beginning of a chapter.
  ///
  /// @param position in the recorded log: of the request with which it begins, or of its own event
  /// @param before the size of the request without the chapter
  public record Began(long position, String kind, String cause, long before, long after) {
    Json.Obj json() {
      return Json.obj(
          "position", position, "kind", kind, "cause", cause, "before", before, "after", after);
    }
  }

  /// The figures of one side.
  ///
  /// @param requests those with a reply
  /// @param refused those that were too long
  /// @param largest the largest prompt, in tokens
  /// @param usage of all requests together
  /// @param price of a model whose price is known
  public record Side(
      int requests,
      int refused,
      List<Began> chapters,
      long largest,
      Usage usage,
      Optional<Price> price) {
    public Side {
      chapters = List.copyOf(chapters);
    }

    Json.Obj json() {
      long prompts = usage.inputTokens() + usage.cacheReadTokens() + usage.cacheCreationTokens();
      return Json.obj(
          "requests",
          requests,
          "refused",
          refused,
          "chapters",
          chapters.stream().map(Began::json).toList(),
          "largest_tokens",
          largest,
          "input_tokens",
          usage.inputTokens(),
          "cache_read_input_tokens",
          usage.cacheReadTokens(),
          "cache_creation_input_tokens",
          usage.cacheCreationTokens(),
          "output_tokens",
          usage.outputTokens(),
          "cached_share",
          prompts == 0 ? null : Math.round(1_000.0 * usage.cacheReadTokens() / prompts) / 1_000.0,
          "list_cost_usd",
          price
              .map(known -> known.cents(usage).movePointLeft(2))
              .map(cost -> cost.setScale(4, RoundingMode.HALF_UP).doubleValue())
              .orElse(null));
    }
  }

  /// The tokens of a prompt.
  static long prompt(ModelUsage usage) {
    return usage.inputTokens() + usage.cacheReadTokens() + usage.cacheCreationTokens();
  }

  /// The figures as JSON.
  public Json.Obj json() {
    return Json.obj(
        "type",
        "session_replay",
        "mode",
        "requests",
        "model",
        model,
        "context_tokens",
        window.orElse(null),
        "profile",
        profile,
        "strategy",
        strategy,
        "recorded",
        recorded.json(),
        "replayed",
        replayed.json(),
        "first_too_large",
        firstTooLarge.map(Sized::json).orElse(null));
  }
}
