package dev.drover.cli;

import java.time.Duration;
import java.util.Locale;
import picocli.CommandLine.Model.CommandSpec;

/// The limits of a live replay, for each of its sessions.
///
/// @param turns the number of turns
/// @param tokens the number of tokens that its model requests use together. The request with which
///   it is reached ends
/// @param time how long it may take
record LiveBounds(int turns, long tokens, Duration time) {
  static final String TURNS = "--max-turns";
  static final String TOKENS = "--max-tokens";
  static final String MINUTES = "--max-minutes";

  private static final int USUAL_TURNS = 20;
  private static final int USUAL_TOKENS = 2_000_000;
  private static final int USUAL_MINUTES = 60;

  static void declare(CommandSpec spec) {
    spec.addOption(
        Specs.number(
            TURNS, "For live: the maximum number of turns. [default: " + USUAL_TURNS + "]"));
    spec.addOption(
        Specs.number(
            TOKENS,
            "For live: the tokens after which a new session is interrupted. [default: "
                + USUAL_TOKENS
                + "]"));
    spec.addOption(
        Specs.number(
            MINUTES,
            "For live: the minutes after which a new session is interrupted. [default: "
                + USUAL_MINUTES
                + "]"));
  }

  static LiveBounds of(Arguments arguments) {
    return new LiveBounds(
        arguments.number(TURNS, 1).orElse(USUAL_TURNS),
        arguments.number(TOKENS, 1).orElse(USUAL_TOKENS),
        Duration.ofMinutes(arguments.number(MINUTES, 1).orElse(USUAL_MINUTES)));
  }

  String words() {
    return String.format(
        Locale.ROOT, "%,d turns, %,d tokens, %d minutes", turns, tokens, time.toMinutes());
  }
}
