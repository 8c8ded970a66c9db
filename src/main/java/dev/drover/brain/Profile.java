package dev.drover.brain;

import java.util.Comparator;
import java.util.List;

/// How the harness treats a model: what one needs is dead weight for the next.
///
/// @param context how a prompt is made from the log
public record Profile(Context context) {

  /// Which models a profile is for.
  ///
  /// @param prefix of the model's id
  public record Rule(String prefix, Profile profile) {}

  /// The rule with the longest fitting prefix wins; one with an empty prefix fits all.
  public static Profile of(List<Rule> rules, String modelId) {
    return rules.stream()
        .filter(rule -> modelId.startsWith(rule.prefix()))
        .max(Comparator.comparingInt(rule -> rule.prefix().length()))
        .orElseThrow(() -> new IllegalStateException("no profile for " + modelId))
        .profile();
  }

  /// Claude reads a cached prefix at a tenth of the price, if told where it may end; other servers
  /// cache by themselves or not at all, and some refuse the mark.
  public static final List<Rule> DEFAULTS =
      List.of(
          new Rule("", new Profile(new FullHistory(false))),
          new Rule("claude-", new Profile(new FullHistory(true))));
}
