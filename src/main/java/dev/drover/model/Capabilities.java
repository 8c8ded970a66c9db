package dev.drover.model;

import dev.drover.base.Problem;
import java.util.List;
import java.util.Optional;

/// The capabilities of a model that Drover needs to know. Immutable.
///
/// @param contextTokens the maximum of a prompt and its reply together
/// @param maxTokens the maximum of one reply; each request asks for it
/// @param efforts its effort levels, lowest first; empty if the model has none, and none is sent
/// @param defaultEffort the level that is used if none is requested; empty if and only if there are
///   none
/// @param images whether the model accepts images
/// @param documents whether the model accepts documents that are not text
/// @param midConversationSystem whether a system message may stand between others
/// @param price its list price; empty: unknown
/// @param contextKnown whether `contextTokens` is the model's own; otherwise it is a guess, which
///   is shown but never relied upon
/// @param overflow what its server does with a prompt and a reply that do not fit together
/// @param serverCompaction whether its server makes a block that stands for a conversation, on
///   request (`compaction` of the Messages API)
public record Capabilities(
    int contextTokens,
    int maxTokens,
    List<String> efforts,
    Optional<String> defaultEffort,
    boolean images,
    boolean documents,
    boolean midConversationSystem,
    Optional<Price> price,
    boolean contextKnown,
    Overflow overflow,
    boolean serverCompaction) {
  /// What a model server does if a prompt and the reply that it asks for are together longer than
  /// the context.
  public enum Overflow {
    /// It replies as far as there is room, and says so if that is too little.
    GRACEFUL,
    /// It refuses the request, so a request never asks for more than there is room for.
    STRICT,
    /// It replies to a part of the prompt. A count of tokens that is too small shows that; the
    /// reply is then not used.
    SILENT
  }

  /// Every effort level of the protocol, lowest first.
  public static final List<String> EFFORTS = List.of("low", "medium", "high", "xhigh", "max");

  /// The capabilities of a model whose context is known.
  ///
  /// @throws Problem `INVALID_REQUEST` as the canonical constructor
  public Capabilities(
      int contextTokens,
      int maxTokens,
      List<String> efforts,
      Optional<String> defaultEffort,
      boolean images,
      boolean documents,
      boolean midConversationSystem,
      Optional<Price> price) {
    this(
        contextTokens,
        maxTokens,
        efforts,
        defaultEffort,
        images,
        documents,
        midConversationSystem,
        price,
        true);
  }

  /// The capabilities of a model whose server is graceful.
  ///
  /// @throws Problem `INVALID_REQUEST` as the canonical constructor
  public Capabilities(
      int contextTokens,
      int maxTokens,
      List<String> efforts,
      Optional<String> defaultEffort,
      boolean images,
      boolean documents,
      boolean midConversationSystem,
      Optional<Price> price,
      boolean contextKnown) {
    this(
        contextTokens,
        maxTokens,
        efforts,
        defaultEffort,
        images,
        documents,
        midConversationSystem,
        price,
        contextKnown,
        Overflow.GRACEFUL,
        false);
  }

  /// The capabilities of a model whose server makes no block that stands for a conversation.
  ///
  /// @throws Problem `INVALID_REQUEST` as the canonical constructor
  public Capabilities(
      int contextTokens,
      int maxTokens,
      List<String> efforts,
      Optional<String> defaultEffort,
      boolean images,
      boolean documents,
      boolean midConversationSystem,
      Optional<Price> price,
      boolean contextKnown,
      Overflow overflow) {
    this(
        contextTokens,
        maxTokens,
        efforts,
        defaultEffort,
        images,
        documents,
        midConversationSystem,
        price,
        contextKnown,
        overflow,
        false);
  }

  /// The same capabilities of a model whose server makes such a block, or makes none.
  public Capabilities withServerCompaction(boolean can) {
    return new Capabilities(
        contextTokens,
        maxTokens,
        efforts,
        defaultEffort,
        images,
        documents,
        midConversationSystem,
        price,
        contextKnown,
        overflow,
        can);
  }

  /// @throws Problem `INVALID_REQUEST` if the values contradict each other; the message says which
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
