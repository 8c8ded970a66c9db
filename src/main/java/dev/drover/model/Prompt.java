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
public record Prompt(
    String model,
    int maxTokens,
    Optional<String> effort,
    Json.Arr system,
    Json.Arr tools,
    Json.Arr messages) {

  /// The same request to a model with another name.
  public Prompt forModel(String name) {
    return new Prompt(name, maxTokens, effort, system, tools, messages);
  }

  /// The same request with other messages.
  public Prompt withMessages(Json.Arr others) {
    return new Prompt(model, maxTokens, effort, system, tools, others);
  }
}
