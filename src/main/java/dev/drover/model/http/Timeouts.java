package dev.drover.model.http;

import java.time.Duration;

/// How long to wait for a model server.
///
/// @param connect until the connection stands
/// @param headers from then until the first byte of an answer; models that are loaded at the first
///   request take minutes
/// @param stall between two bytes of an answer; Anthropic sends a ping every few seconds
public record Timeouts(Duration connect, Duration headers, Duration stall) {
  public static final Timeouts DEFAULT =
      new Timeouts(Duration.ofSeconds(10), Duration.ofMinutes(10), Duration.ofMinutes(2));
}
