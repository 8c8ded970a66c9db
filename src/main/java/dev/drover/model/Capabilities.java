package dev.drover.model;

import dev.drover.base.Problem;
import java.util.List;
import java.util.Optional;

/// What a model can do, as far as Drover has to know. Immutable.
///
/// @param contextTokens the most that a prompt and its reply may have together
/// @param maxTokens the most that one reply may have; a request asks for as much
/// @param efforts its effort levels, lowest first; empty: it has none, and none is sent
/// @param defaultEffort the level that it works at unasked; empty exactly if it has none
/// @param images whether it sees images
/// @param documents whether it reads documents that are not text
/// @param midConversationSystem whether a system message may stand between others
/// @param price its list price; empty: unknown
public record Capabilities(
    int contextTokens,
    int maxTokens,
    List<String> efforts,
    Optional<String> defaultEffort,
    boolean images,
    boolean documents,
    boolean midConversationSystem,
    Optional<Price> price) {
  /// Every effort level of the protocol, lowest first.
  public static final List<String> EFFORTS = List.of("low", "medium", "high", "xhigh", "max");

  /// @throws Problem `INVALID_REQUEST` that says what does not fit together
  public Capabilities {
    efforts = EFFORTS.stream().filter(List.copyOf(efforts)::contains).toList();
    if (maxTokens < 1 || maxTokens > contextTokens) {
      throw Problem.invalid(
          "max_tokens: must be from 1 to the context's " + contextTokens + " tokens");
    }
    if (defaultEffort.isPresent() && !efforts.contains(defaultEffort.get())) {
      throw Problem.invalid("default_effort: must be one of the model's effort levels");
    }
    if (defaultEffort.isEmpty() && !efforts.isEmpty()) {
      throw Problem.invalid("default_effort: missing");
    }
  }
}
