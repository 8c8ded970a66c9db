package dev.drover.model.http;

import dev.drover.base.Json;
import dev.drover.model.Capabilities;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;

/// The remedies for an effort level that a server or a model does not support: the request asks for
/// the nearest level that the server names, or for none.
final class EffortRemedies {
  private static final Pattern NOT_THINKING =
      Pattern.compile(
          "(not|n't|unsupported|unrecogni[sz]ed|unknown|invalid|no).{0,40}"
              + "\\b(reasoning|thinking|effort|think value)\\b"
              + "|\\b(reasoning|effort|think value)\\b.{0,40}(not|n't|unsupported|invalid)"
              + "|\\bthinking\\b.{0,20}((not|n't) (be |yet |currently )?|un)"
              + "(supported|available|accepted|allowed|implemented)"
              + "|\\b(reasoning|thinking)( mode)? is (only|disabled)"
              + "|不支持.{0,6}(思考|推理)|(思考|推理).{0,8}不支持");

  /// Words with which a server says that the level is not one of those that it knows.
  private static final Pattern NOT_LISTED =
      Pattern.compile("(must|should|can|may|has to) (only )?be|one of|expected|allowed|valid|only");

  /// A list of the accepted levels.
  private static final Pattern LEVELS =
      Pattern.compile("(?:supported|allowed|valid|one of|must be|expected|should be)(.*)");

  private EffortRemedies() {}

  static Optional<Remedy> find(Refused refused, Json.Obj body) {
    return level(refused, body, "reasoning_effort", String.valueOf(body.text("reasoning_effort")))
        .or(() -> level(refused, body, "output_config", output(body)));
  }

  private static String output(Json.Obj body) {
    return String.valueOf(body.object("output_config").text("effort"));
  }

  private static Optional<Remedy> level(Refused refused, Json.Obj body, String name, String level) {
    if (body.get(name).isEmpty()) {
      return Optional.empty();
    }
    var nearest = nearest(refused.words(), level);
    boolean isListed = nearest.isPresent() && refused.names(name);
    return isListed || isRefused(refused, name)
        ? nearest
            .map(other -> other(name, level, other))
            .or(() -> Optional.of(Remedies.leaveOut(name, true)))
        : Optional.empty();
  }

  private static boolean isRefused(Refused refused, String name) {
    return refused.pointsAt(name)
        || (refused.names(name) && (refused.isUnsupported() || refused.says(NOT_LISTED)))
        || (refused.says(NOT_THINKING) && !refused.names("messages"));
  }

  /// The highest of the named levels below the refused one, else the lowest.
  private static Optional<String> nearest(ErrorWords words, String level) {
    var list = LEVELS.matcher(words.all());
    if (!list.find()) {
      return Optional.empty();
    }
    var known =
        Capabilities.EFFORTS.stream()
            .filter(name -> !name.equals(level))
            .filter(name -> isListed(list.group(1), name))
            .toList();
    return highest(known, level).or(() -> known.stream().findFirst());
  }

  /// Whether a list has the name in quotes, or as one of its items.
  private static boolean isListed(String list, String name) {
    return Pattern.compile(
            "[`'\"]"
                + name
                + "[`'\"]|(^|[,:|(\\[]|\\b(or|and|of)) ?"
                + name
                + "( ?[,|)\\].]| or| and|$)")
        .matcher(list.strip())
        .find();
  }

  private static Optional<String> highest(List<String> known, String level) {
    int most = Capabilities.EFFORTS.indexOf(level);
    return known.reversed().stream()
        .filter(name -> Capabilities.EFFORTS.indexOf(name) < most)
        .findFirst();
  }

  private static Remedy other(String name, String from, String to) {
    return new Remedy(
        "asks for effort " + to + " in place of " + from,
        true,
        true,
        body ->
            from.equals(body.text(name))
                ? body.with(name, to)
                : from.equals(body.object(name).text("effort"))
                    ? body.with(name, body.object(name).with("effort", to))
                    : body);
  }
}
