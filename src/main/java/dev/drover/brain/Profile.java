package dev.drover.brain;

import java.util.Comparator;
import java.util.List;

/// The model-specific part of the harness. What one model needs can be useless to another.
///
/// @param context how a prompt is made from the log
public record Profile(Context context) {

  /// A profile, and the models to which it applies.
  ///
  /// @param prefix the prefix of the models' ids
  public record Rule(String prefix, Profile profile) {}

  /// The profile for a model. The rule with the longest matching prefix wins; an empty prefix
  /// matches every model.
  ///
  /// @throws IllegalStateException if no rule matches
  public static Profile of(List<Rule> rules, String modelId) {
    return rules.stream()
        .filter(rule -> modelId.startsWith(rule.prefix()))
        .max(Comparator.comparingInt(rule -> rule.prefix().length()))
        .orElseThrow(() -> new IllegalStateException("no profile for " + modelId))
        .profile();
  }

  /// Claude models read a cached prefix at a tenth of the price if the request marks where it may
  /// end. Other servers cache automatically or not at all, and some refuse the mark.
  public static final List<Rule> DEFAULTS =
      List.of(
          new Rule("", new Profile(new FullHistory(false))),
          new Rule("claude-", new Profile(new FullHistory(true))));
}
