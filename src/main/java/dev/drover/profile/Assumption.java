package dev.drover.profile;

import dev.drover.base.Json;
import dev.drover.base.Problem;
import java.util.EnumSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;

/// Something that the harness assumes of models and that a newer model may not need any more. Each
/// is a part of a profile's settings and can be switched off for a trial.
///
/// @param name in the API and on the command line
/// @param claim what is assumed, as a sentence
/// @param strategies with which it matters
/// @param off the settings that switch it off, with the keys of a profile's file
public record Assumption(String name, String claim, Set<Strategy> strategies, Json.Obj off) {
  private static final Set<Strategy> ALWAYS = EnumSet.allOf(Strategy.class);
  private static final Set<Strategy> SHORTENING =
      EnumSet.complementOf(EnumSet.of(Strategy.FULL, Strategy.AUTO));

  /// The one whose use only the agent itself can show: a replay cannot know what it would hand
  /// over.
  public static final Assumption HAND_OVER =
      new Assumption(
          "hand_over",
          "The model ends early when its context fills, unless it hands its work over before.",
          EnumSet.of(Strategy.NOTE),
          Json.obj("strategy", "summary"));

  /// The one whose use only the model server can show.
  public static final Assumption CACHE_MARKS =
      new Assumption(
          "cache_marks",
          "The model server reads a prefix from its cache only where the request marks it.",
          ALWAYS,
          Json.obj("request", Json.obj("cache_marks", false)));

  /// The one that no setting switches off: a recording shows how often it was needed.
  public static final Assumption HINTS =
      new Assumption(
          "hints",
          "The model must be asked again, with a hint at what is wrong, because replies cannot be"
              + " used.",
          ALWAYS,
          Json.EMPTY);

  /// All of them, in the order of a table.
  public static final List<Assumption> ALL =
      List.of(
          new Assumption(
              "long_contexts",
              "Above context.at_tokens the answers get worse, and each request costs more.",
              SHORTENING,
              Json.obj("context", Json.obj("at_tokens", ProfileSettings.MOST_TOKENS))),
          new Assumption(
              "early_chapters",
              "A chapter must end well before the context is full.",
              SHORTENING,
              Json.obj("context", Json.obj("at_fraction", 1))),
          new Assumption(
              "foresight",
              "A context must be shortened before the model server refuses a request.",
              SHORTENING,
              Json.obj("strategy", "full")),
          new Assumption(
              "summaries",
              "The model needs a summary of what was cut off, besides the list of its calls.",
              EnumSet.of(Strategy.SUMMARY),
              Json.obj("strategy", "rolling")),
          HAND_OVER,
          new Assumption(
              "short_results",
              "Long results must be shortened once a chapter was cut.",
              SHORTENING,
              Json.obj(
                  "results",
                  Json.obj("max_tokens", ProfileSettings.MOST_TOKENS, "round_fraction", 1))),
          new Assumption(
              "kept_rounds",
              "The model needs the newest rounds as they were.",
              SHORTENING,
              Json.obj("keep", Json.obj("tokens", 0))),
          new Assumption(
              "users_words",
              "The model needs the users' earlier messages word for word.",
              SHORTENING,
              Json.obj("keep", Json.obj("user_tokens", 0))),
          new Assumption(
              "list_of_calls",
              "The model needs a list of what it did before.",
              SHORTENING,
              Json.obj("keep", Json.obj("digest_tokens", 0))),
          new Assumption(
              "reading_tool",
              "The model needs the tool get_events to read what was cut off.",
              SHORTENING,
              Json.obj("tools", Json.obj("get_events", "never"))),
          CACHE_MARKS,
          HINTS);

  public Assumption {
    strategies = Set.copyOf(strategies);
  }

  /// The assumption with a name.
  ///
  /// @throws Problem `INVALID_REQUEST` if there is none
  public static Assumption named(String name) {
    return ALL.stream()
        .filter(one -> one.name.equals(name))
        .findFirst()
        .orElseThrow(
            () ->
                Problem.invalid(
                    "without: must be one of "
                        + ALL.stream().map(Assumption::name).collect(Collectors.joining(", "))));
  }

  /// Whether these settings make the assumption.
  ///
  /// @param settings with every decision made
  public boolean isMade(ProfileSettings settings) {
    return strategies.contains(settings.strategy())
        && (equals(HINTS) || !without(settings).equals(settings));
  }

  /// Whether the recording alone shows its use, so that a replay without it would show nothing.
  public boolean isObserved() {
    return equals(CACHE_MARKS) || equals(HINTS);
  }

  /// The settings without the assumption.
  public ProfileSettings without(ProfileSettings settings) {
    return ProfileSettings.recorded(over(settings.json(), off));
  }

  private static Json.Obj over(Json.Obj base, Json.Obj changes) {
    var fields = new LinkedHashMap<>(base.fields());
    changes
        .fields()
        .forEach(
            (key, value) ->
                fields.put(
                    key, value instanceof Json.Obj inner ? over(base.object(key), inner) : value));
    return new Json.Obj(fields);
  }
}
