package dev.drover.brain;

import dev.drover.settings.Section;
import dev.drover.tools.Inventory;
import dev.drover.tools.ToolSpec;
import java.util.HashMap;
import java.util.Map;

/// The policy for ambiguous calls. The result of such a call was lost with its runner, so it is
/// unknown whether the call took effect: either the model is informed, or the call runs again.
///
/// @param retried whether the calls of a tool run again, by the tool's name; the calls of other
///   tools run again if the tool is read-only
public record OnAmbiguous(Map<String, Boolean> retried) {
  /// The maximum number of times that a call is dispatched.
  static final int ATTEMPTS = 3;

  /// Only the calls of read-only tools run again.
  public static final OnAmbiguous DEFAULT = new OnAmbiguous(Map.of());

  private static final Map<String, Boolean> CHOICES = Map.of("error", false, "retry", true);

  public OnAmbiguous {
    retried = Map.copyOf(retried);
  }

  /// @param section the settings of tools, with a section for each tool
  static OnAmbiguous read(Section section, Inventory tools) {
    var retried = new HashMap<String, Boolean>();
    for (var item : tools.items()) {
      var spec = item.spec();
      boolean retries =
          section.section(spec.name()).choice("on_ambiguous", CHOICES, spec.readOnly());
      if (retries != spec.readOnly()) {
        retried.put(spec.name(), retries);
      }
    }
    return new OnAmbiguous(retried);
  }

  /// A copy with another choice for one tool.
  public OnAmbiguous with(String tool, boolean retry) {
    var changed = new HashMap<>(retried);
    changed.put(tool, retry);
    return new OnAmbiguous(changed);
  }

  boolean retries(ToolSpec tool) {
    return retried.getOrDefault(tool.name(), tool.readOnly());
  }
}
