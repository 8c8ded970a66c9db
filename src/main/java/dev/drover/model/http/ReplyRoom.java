package dev.drover.model.http;

import java.util.List;
import java.util.OptionalInt;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/// The numbers in a refusal of a request that asks for a longer reply than there is room for: what
/// the context holds, what the prompt takes of it, and what a reply may have.
final class ReplyRoom {
  /// A context with less room than this, in tokens, is full: no useful reply fits into it.
  static final int LEAST = 256;

  private static final String NUMBER = "([0-9]{1,9})";

  /// What a request calls the most that its reply may have.
  private static final Pattern SETTING =
      Pattern.compile(
          "max_?(completion|new|output)?_?tokens|maximum tokens you requested|completion tokens"
              + "|output tokens|max tokens (must|value|param)");

  /// The context and the prompt, as `context > prompt`: group 1 is the context, all others add up
  /// to the prompt.
  private static final List<Pattern> SHARED =
      patterns(
          "[0-9]+ > N - N",
          "must be <= N\\. given: N `?inputs",
          "context (?:length|window|size|limit)(?: is| of|:)?(?: only)?(?: about)? N.{0,80}?"
              + " (?:has|contains|resulted in|with)(?: at least| about)? N (?:input|prompt|tokens)",
          "context (?:length|window|size|limit)(?: is| of|:)?(?: only)?(?: about)? N.{0,120}?"
              + "prompt contains(?: at least| about)? N (?:input )?tokens",
          "context (?:length|window|size|limit)(?: is| of|:)?(?: only)?(?: about)? N.{0,120}?"
              + "\\(N (?:in|of|for|from)(?: the| your)? (?:messages|prompt|input|text input)"
              + "(?:[,;]? N (?:in|of|for)(?: the)? (?:functions|tools?|tool input|image input))?",
          "context (?:length|window|size|limit)(?: is| of|:)?(?: only)?(?: about)? N.{0,120}?"
              + ": N tokens (?:in|from)(?: the)? (?:input|messages|prompt)");

  /// The same, the prompt first.
  private static final List<Pattern> PROMPT_FIRST =
      patterns(
          "N \\+ [0-9]+ > N",
          "passed N input tokens and requested .{0,120}?context (?:length|window|size)(?: is)?(?:"
              + " only)? N");

  /// The most that a reply of this model may have, whatever its prompt.
  private static final List<Pattern> STATED =
      patterns(
          "at most N (?:completion|output|new)?",
          "tokens: [0-9]+ > N",
          "(?:range|should be|between|within|must be in).{0,40}?[\\[(] ?[0-9]+ ?, ?N ?\\]",
          "(?:range|between|within|from|must be|should be|allowed|valid)\\b[^0-9]{0,30}?\\b[0-9]+"
              + " ?(?:\\.{2,3}|…|-|–|~|to|and|through) ?N\\b",
          "(?:less than or equal to|no (?:more|greater|larger) than|<=|≤|up to) ?[`'\"]?N",
          "between [0-9]+ and N",
          "(?:model limit|limit|maximum|max)(?: allowed)?(?: value)?(?: is| of|:|=) ?[`'\"]?N",
          "cannot (?:be (?:greater|larger|more) than|exceed) .{0,40}?N",
          "to N \\(inclusive\\)",
          "[(](?:max|maximum|limit):? ?N[)]");

  /// The same, one too many.
  private static final List<Pattern> BELOW =
      patterns("to N \\(exclusive\\)", "(?:less|lower|smaller) than [`'\"]?N");

  private ReplyRoom() {}

  private static List<Pattern> patterns(String... texts) {
    return Stream.of(texts).map(text -> Pattern.compile(text.replace("N", NUMBER))).toList();
  }

  /// What the context leaves to a reply, if the words give both numbers; negative if the prompt
  /// alone is too long.
  static OptionalInt left(ErrorWords words) {
    var text = plain(words);
    for (var pattern : SHARED) {
      var match = pattern.matcher(text);
      if (match.find()) {
        return OptionalInt.of(number(match, 1) - number(match, 2) - number(match, 3));
      }
    }
    for (var pattern : PROMPT_FIRST) {
      var match = pattern.matcher(text);
      if (match.find()) {
        return OptionalInt.of(number(match, 2) - number(match, 1));
      }
    }
    return OptionalInt.empty();
  }

  /// The longest reply that the model gives at all, if the words state it and are about that.
  static OptionalInt stated(ErrorWords words) {
    var text = plain(words);
    if (!SETTING.matcher(text).find()) {
      return OptionalInt.empty();
    }
    return first(BELOW, text).stream()
        .map(most -> most - 1)
        .boxed()
        .findFirst()
        .map(OptionalInt::of)
        .orElseGet(() -> first(STATED, text));
  }

  private static OptionalInt first(List<Pattern> patterns, String text) {
    return patterns.stream()
        .map(pattern -> pattern.matcher(text))
        .filter(Matcher::find)
        .mapToInt(match -> number(match, 1))
        .filter(most -> most > 0)
        .findFirst();
  }

  private static int number(Matcher match, int group) {
    return match.groupCount() < group || match.group(group) == null
        ? 0
        : Integer.parseInt(match.group(group));
  }

  /// In lower case, numbers without their separators.
  private static String plain(ErrorWords words) {
    return words.all().replaceAll("(?<=[0-9])[,_](?=[0-9]{3})", "");
  }
}
