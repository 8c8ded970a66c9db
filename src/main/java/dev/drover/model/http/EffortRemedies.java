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
              + "|\\b(reasoning|effort|think value)\\b.{0,40}(not|n't|unsupported|invalid)");

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
        || (refused.names(name) && refused.isUnsupported())
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
            .filter(name -> list.group(1).matches(".*[`'\"]" + name + "[`'\"].*"))
            .toList();
    return highest(known, level).or(() -> known.stream().findFirst());
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
