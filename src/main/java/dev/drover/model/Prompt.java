package dev.drover.model;

import dev.drover.base.Json;
import java.util.Optional;

/// One request to a model, in the terms of the Messages API.
///
/// @param model the model's name on its own server
/// @param maxTokens the maximum length of the reply
/// @param effort `low` to `max`; empty for the model's default
/// @param system system blocks; may be empty
/// @param tools tool definitions; may be empty
/// @param messages alternating turns, beginning with the user's
/// @param mayCall whether the reply may call the tools; otherwise they are only described, because
///   earlier messages have calls of them
/// @param compaction the instructions for a block that stands for the messages, which is asked for
///   instead of a reply, see [CompactionBlock]; empty for a usual request
public record Prompt(
    String model,
    int maxTokens,
    Optional<String> effort,
    Json.Arr system,
    Json.Arr tools,
    Json.Arr messages,
    boolean mayCall,
    Optional<String> compaction) {

  /// A request whose reply may call the tools.
  public Prompt(
      String model,
      int maxTokens,
      Optional<String> effort,
      Json.Arr system,
      Json.Arr tools,
      Json.Arr messages) {
    this(model, maxTokens, effort, system, tools, messages, true, Optional.empty());
  }

  /// The same request to a model with another name.
  public Prompt forModel(String name) {
    return new Prompt(name, maxTokens, effort, system, tools, messages, mayCall, compaction);
  }

  /// The same request with other messages.
  public Prompt withMessages(Json.Arr others) {
    return new Prompt(model, maxTokens, effort, system, tools, others, mayCall, compaction);
  }

  /// The same request with another limit for its reply.
  public Prompt withMaxTokens(int tokens) {
    return new Prompt(model, tokens, effort, system, tools, messages, mayCall, compaction);
  }

  /// The same request with other tools.
  public Prompt withTools(Json.Arr others) {
    return new Prompt(model, maxTokens, effort, system, others, messages, mayCall, compaction);
  }

  /// The same request, whose reply may not call the tools.
  public Prompt withoutCalls() {
    return new Prompt(model, maxTokens, effort, system, tools, messages, false, compaction);
  }

  /// A request for a block that stands for the messages.
  ///
  /// @param instructions what it should keep
  public Prompt compacting(String instructions) {
    return new Prompt(
        model, maxTokens, effort, system, tools, messages, mayCall, Optional.of(instructions));
  }
}
