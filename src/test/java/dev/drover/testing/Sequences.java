package dev.drover.testing;

import java.util.Arrays;
import java.util.List;

/// The types of the events that turns are made of, in the contract's order.
public final class Sequences {
  public static final List<String> RUNNING =
      List.of("session.status_running", "session.thread_status_running");

  /// A message that begins a turn, until the model is asked.
  public static final List<String> OPENING =
      sequence(RUNNING, List.of("user.message", "span.model_request_start"));

  /// A model's answer in words.
  public static final List<String> TEXT = List.of("agent.message", "span.model_request_end");

  public static final List<String> CLOSING =
      List.of("session.thread_status_idle", "session.usage", "session.status_idle");

  /// A message and its answer in words: the shortest turn.
  public static final List<String> TEXT_TURN = sequence(OPENING, TEXT, CLOSING);

  private Sequences() {}

  /// Parts, one behind the other.
  public static List<String> sequence(List<?>... parts) {
    return Arrays.stream(parts).flatMap(List::stream).map(String::valueOf).toList();
  }
}
