package dev.drover.brain;

import dev.drover.settings.Section;
import dev.drover.tools.Inventory;
import java.util.Map;

/// The settings of brains.
///
/// @param maxToolRounds the maximum number of replies with tool calls in one turn
/// @param onAmbiguous what happens to an ambiguous call, which may or may not have taken effect
/// @param retries how failed model requests are retried
/// @param getEvents whether models are offered the tool `get_events`
public record BrainSettings(
    int maxToolRounds, OnAmbiguous onAmbiguous, Retries retries, boolean getEvents) {
  /// Enough for a day's work of one turn.
  private static final int MAX_TOOL_ROUNDS = 1_000;

  /// @param root the section of all settings
  /// @param tools the tools, each of which has settings of its own
  public static BrainSettings read(Section root, Inventory tools) {
    return new BrainSettings(
        root.count("max_tool_rounds", 1, 1_000_000, MAX_TOOL_ROUNDS),
        OnAmbiguous.read(root.section("tools"), tools),
        Retries.read(root.section("retries")),
        root.choice("get_events", Map.of("on", true, "off", false), false));
  }
}
