package dev.drover.brain;

import dev.drover.hands.BuiltInTool;
import dev.drover.settings.Section;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.Map;
import java.util.Set;

/// What happens to a call whose hand is gone without a result, so that nobody can know whether it
/// took effect: the model is told, or it runs again.
///
/// @param retried the tools whose calls run again
public record OnAmbiguous(Set<BuiltInTool> retried) {
  /// How often a call is handed to a hand at most.
  static final int ATTEMPTS = 3;

  /// What changes nothing runs again.
  public static final OnAmbiguous DEFAULT =
      new OnAmbiguous(
          EnumSet.copyOf(
              Arrays.stream(BuiltInTool.values()).filter(BuiltInTool::readOnly).toList()));

  private static final Map<String, Boolean> CHOICES = Map.of("error", false, "retry", true);

  public OnAmbiguous {
    retried = Set.copyOf(retried);
  }

  /// @param tools a section for each tool
  static OnAmbiguous read(Section tools) {
    var all = DEFAULT;
    for (var tool : BuiltInTool.values()) {
      var usual = DEFAULT.retried.contains(tool);
      all = all.with(tool, tools.section(tool.wireName()).choice("on_ambiguous", CHOICES, usual));
    }
    return all;
  }

  /// With one tool's calls run again, or not.
  public OnAmbiguous with(BuiltInTool tool, boolean retry) {
    var tools = EnumSet.noneOf(BuiltInTool.class);
    tools.addAll(retried);
    if (retry) {
      tools.add(tool);
    } else {
      tools.remove(tool);
    }
    return new OnAmbiguous(tools);
  }

  boolean retries(String tool) {
    return BuiltInTool.named(tool).filter(retried::contains).isPresent();
  }
}
