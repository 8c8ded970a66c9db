package dev.drover.bench.context;

import dev.drover.model.Price;
import dev.drover.session.Usage;
import java.util.List;

/// The figures of one session under one way to keep it within a context.
///
/// @param way the name of the way
/// @param dollars the list price of all requests
/// @param cached the share of the prompts' tokens that was read from the cache
/// @param computed the tokens of prompts that were not in the cache
/// @param largest the largest prompt, in tokens
/// @param inContext the number of planted facts in the last prompt
/// @param retrievable the number of planted facts that the agent can still get: they are in the
///   last prompt, or it finds them with at most two calls of `get_events`
/// @param facts the number of planted facts
public record ContextFigures(
    String way,
    double dollars,
    double cached,
    long computed,
    long largest,
    int inContext,
    int retrievable,
    int facts) {

  static ContextFigures of(
      String way,
      Price price,
      List<CachingModel.Request> requests,
      int inContext,
      int retrievable,
      int facts) {
    var usage = Usage.NONE;
    long largest = 0;
    for (var request : requests) {
      usage = usage.plus(request.usage());
      largest = Math.max(largest, request.size());
    }
    long computed = usage.inputTokens() + usage.cacheCreationTokens();
    double prompts = Math.max(1, computed + usage.cacheReadTokens());
    return new ContextFigures(
        way,
        price.cents(usage).doubleValue() / 100,
        usage.cacheReadTokens() / prompts,
        computed,
        largest,
        inContext,
        retrievable,
        facts);
  }
}
