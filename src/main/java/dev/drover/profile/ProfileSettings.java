package dev.drover.profile;

import dev.drover.base.Json;
import java.math.BigDecimal;
import java.util.Locale;

/// The settings of a profile. The harness honours each of them.
///
/// @param strategy how a context goes on that is nearly full
/// @param atFraction the part of the space for prompts at which a new chapter is worth its price
/// @param atTokens the size of a prompt at which it is, however large the context
/// @param reserveTokens what is left to a reply at most
/// @param keepTokens the size of the newest rounds that a new chapter keeps
/// @param userTokens the size of the users' messages in its opening; the first one is always there
/// @param instructionTokens the size of the system messages in its opening
/// @param digestTokens the size of the list of what the agent did in its opening
/// @param resultTokens the size of a tool result in a chapter that was cut
/// @param roundFraction the part of the soft limit that all results of one reply may take there
/// @param summaryTokens the size of a summary; half as many more are accepted
/// @param handOverFraction the part of the soft limit at which an agent is asked to hand over
/// @param getEvents whether the model is offered `get_events`
/// @param cacheMarks whether requests mark where a cached prefix may end
/// @param factor the tokens that the model's server counts for each estimated one, until it has
///   counted
public record ProfileSettings(
    Strategy strategy,
    double atFraction,
    long atTokens,
    long reserveTokens,
    long keepTokens,
    long userTokens,
    long instructionTokens,
    long digestTokens,
    long resultTokens,
    double roundFraction,
    long summaryTokens,
    double handOverFraction,
    GetEvents getEvents,
    boolean cacheMarks,
    double factor) {

  /// When a model is offered the tool that reads the log.
  public enum GetEvents {
    /// If the setting `get_events` says so.
    SETTING,
    ALWAYS,
    NEVER
  }

  static final double LEAST_FRACTION = 0.1;
  static final double LEAST_FACTOR = 0.5;
  static final double MOST_FACTOR = 3;
  static final long MOST_TOKENS = 100_000_000;
  static final long LEAST_AT_TOKENS = 1_000;
  static final long LEAST_RESULT_TOKENS = 100;
  static final long LEAST_SUMMARY_TOKENS = 500;

  /// The settings of a chapter that a version began which recorded no profile.
  public static final ProfileSettings USUAL =
      new ProfileSettings(
          Strategy.ROLLING,
          0.8,
          200_000,
          32_000,
          20_000,
          8_000,
          8_000,
          6_000,
          10_000,
          0.25,
          6_000,
          0.5,
          GetEvents.SETTING,
          false,
          1);

  /// What a server decides where a profile leaves it open.
  ///
  /// @param getEvents the value of the setting `get_events`
  /// @param summarizes whether the model's context is known and large enough for summaries
  public record Open(boolean getEvents, boolean summarizes) {
    /// The decisions of a server that offers nothing and knows nothing.
    public static final Open NOTHING = new Open(false, false);
  }

  /// The same settings, with every decision made.
  ProfileSettings decided(Open open) {
    var offered = open.getEvents ? GetEvents.ALWAYS : GetEvents.NEVER;
    var usual = open.summarizes ? Strategy.SUMMARY : Strategy.ROLLING;
    return with(
        strategy == Strategy.AUTO ? usual : strategy,
        getEvents == GetEvents.SETTING ? offered : getEvents);
  }

  /// The same settings with another strategy.
  public ProfileSettings with(Strategy other) {
    return with(other, getEvents);
  }

  private ProfileSettings with(Strategy other, GetEvents offered) {
    return new ProfileSettings(
        other,
        atFraction,
        atTokens,
        reserveTokens,
        keepTokens,
        userTokens,
        instructionTokens,
        digestTokens,
        resultTokens,
        roundFraction,
        summaryTokens,
        handOverFraction,
        offered,
        cacheMarks,
        factor);
  }

  /// The JSON form, which has the same keys as a file. Equal settings give equal texts.
  public Json.Obj json() {
    return Json.obj(
        "strategy", lower(strategy),
        "context",
            Json.obj(
                "at_fraction", number(atFraction),
                "at_tokens", atTokens,
                "reserve_tokens", reserveTokens),
        "keep",
            Json.obj(
                "tokens", keepTokens,
                "user_tokens", userTokens,
                "instruction_tokens", instructionTokens,
                "digest_tokens", digestTokens),
        "results", Json.obj("max_tokens", resultTokens, "round_fraction", number(roundFraction)),
        "summary", Json.obj("max_tokens", summaryTokens),
        "note", Json.obj("at_fraction", number(handOverFraction)),
        "tools", Json.obj("get_events", lower(getEvents)),
        "request", Json.obj("cache_marks", cacheMarks),
        "tokens", Json.obj("factor", number(factor)));
  }

  /// Reads what a log has recorded. A value that is missing or that this version does not know is
  /// the usual one, and none is outside of the limits for files: the log may have been imported.
  public static ProfileSettings recorded(Json.Obj json) {
    var context = json.object("context");
    var keep = json.object("keep");
    return new ProfileSettings(
        strategy(String.valueOf(json.text("strategy"))),
        decimal(context, "at_fraction", USUAL.atFraction, LEAST_FRACTION, 1),
        tokens(context, "at_tokens", USUAL.atTokens, LEAST_AT_TOKENS),
        tokens(context, "reserve_tokens", USUAL.reserveTokens, 1),
        tokens(keep, "tokens", USUAL.keepTokens, 0),
        tokens(keep, "user_tokens", USUAL.userTokens, 0),
        tokens(keep, "instruction_tokens", USUAL.instructionTokens, 0),
        tokens(keep, "digest_tokens", USUAL.digestTokens, 0),
        tokens(json.object("results"), "max_tokens", USUAL.resultTokens, LEAST_RESULT_TOKENS),
        decimal(json.object("results"), "round_fraction", USUAL.roundFraction, LEAST_FRACTION, 1),
        tokens(json.object("summary"), "max_tokens", USUAL.summaryTokens, LEAST_SUMMARY_TOKENS),
        decimal(json.object("note"), "at_fraction", USUAL.handOverFraction, LEAST_FRACTION, 1),
        switch (String.valueOf(json.object("tools").text("get_events"))) {
          case "always" -> GetEvents.ALWAYS;
          case "never" -> GetEvents.NEVER;
          default -> GetEvents.SETTING;
        },
        json.object("request").get("cache_marks").filter(Json.of(true)::equals).isPresent(),
        decimal(json.object("tokens"), "factor", USUAL.factor, LEAST_FACTOR, MOST_FACTOR));
  }

  private static Strategy strategy(String name) {
    return switch (name) {
      case "full" -> Strategy.FULL;
      case "summary" -> Strategy.SUMMARY;
      case "note" -> Strategy.NOTE;
      case "server" -> Strategy.SERVER;
      default -> Strategy.ROLLING;
    };
  }

  private static long tokens(Json.Obj json, String key, long usual, long least) {
    return Math.clamp(json.number(key, usual), least, MOST_TOKENS);
  }

  private static double decimal(
      Json.Obj json, String key, double usual, double least, double most) {
    return json.get(key).orElse(Json.NULL) instanceof Json.Num(var literal)
        ? Math.clamp(Double.parseDouble(literal), least, most)
        : usual;
  }

  private static Json.Num number(double value) {
    return new Json.Num(BigDecimal.valueOf(value).stripTrailingZeros().toPlainString());
  }

  static String lower(Enum<?> value) {
    return value.name().toLowerCase(Locale.ROOT);
  }
}
