package dev.drover.brain;

import java.util.Comparator;
import java.util.List;

/// The model-specific part of the harness. What one model needs can be useless to another.
///
/// @param context how a prompt is made from the log
/// @param foresees whether older messages leave the context before it is full; otherwise only when
///   the model server refuses a request
public record Profile(Context context, boolean foresees) {

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
  /// end. Other servers cache automatically or not at all, and some refuse the mark. The rehearsal
  /// has no context that could be full; its script is the conversation.
  public static final List<Rule> DEFAULTS =
      List.of(
          new Rule("", new Profile(new ChapterView(false), true)),
          new Rule("rehearsal", new Profile(new ChapterView(false), false)),
          new Rule("claude-", new Profile(new ChapterView(true), true)));
}
