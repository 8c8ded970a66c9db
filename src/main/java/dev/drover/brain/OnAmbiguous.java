package dev.drover.brain;

import dev.drover.settings.Section;
import dev.drover.tools.Inventory;
import dev.drover.tools.ToolSpec;
import java.util.HashMap;
import java.util.Map;

/// What happens to a call whose result was lost with whatever ran it, so that nobody can know
/// whether it took effect: the model is told, or it runs again.
///
/// @param retried by a tool's name, whether its calls run again. Of the others, those of read-only
///   tools do
public record OnAmbiguous(Map<String, Boolean> retried) {
  /// How often a call is handed over at most.
  static final int ATTEMPTS = 3;

  /// What changes nothing runs again.
  public static final OnAmbiguous DEFAULT = new OnAmbiguous(Map.of());

  private static final Map<String, Boolean> CHOICES = Map.of("error", false, "retry", true);

  public OnAmbiguous {
    retried = Map.copyOf(retried);
  }

  /// @param section has a section for each tool
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

  /// With one tool's calls run again, or not.
  public OnAmbiguous with(String tool, boolean retry) {
    var changed = new HashMap<>(retried);
    changed.put(tool, retry);
    return new OnAmbiguous(changed);
  }

  boolean retries(ToolSpec tool) {
    return retried.getOrDefault(tool.name(), tool.readOnly());
  }
}
