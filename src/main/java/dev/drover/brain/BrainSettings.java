package dev.drover.brain;

import dev.drover.settings.Section;
import dev.drover.tools.Inventory;

/// How turns are carried out.
///
/// @param maxToolRounds the most replies of one turn that may ask for tools
/// @param onAmbiguous what becomes of a call of which nobody knows whether it took effect
/// @param retries how failed model requests are made again
public record BrainSettings(int maxToolRounds, OnAmbiguous onAmbiguous, Retries retries) {
  /// Enough for a day's work of one turn.
  private static final int MAX_TOOL_ROUNDS = 1_000;

  /// @param root the section of all settings
  /// @param tools which have settings of their own
  public static BrainSettings read(Section root, Inventory tools) {
    return new BrainSettings(
        root.count("max_tool_rounds", 1, 1_000_000, MAX_TOOL_ROUNDS),
        OnAmbiguous.read(root.section("tools"), tools),
        Retries.read(root.section("retries")));
  }
}
