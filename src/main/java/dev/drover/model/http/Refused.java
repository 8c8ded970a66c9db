package dev.drover.model.http;

import java.util.List;
import java.util.Set;
import java.util.regex.Pattern;

/// A request that a server understood and refused before it began a reply.
///
/// @param status of the response, or what its words give in its place
record Refused(int status, ErrorWords words) {
  /// Those with which servers refuse what they do not know. Servers in Python fail with a 500.
  private static final Set<Integer> STATUSES = Set.of(400, 422, 500, 501);

  /// What follows names parameters that are right.
  private static final Pattern HINT =
      Pattern.compile(
          "expected one of|did you mean|\\buse [`'\"]|please use|\\bsupported"
              + " (parameters|fields|keys)|(allowed|valid|known)"
              + " (parameters|fields|keys|arguments)");

  private static final Pattern UNSUPPORTED =
      Pattern.compile(
          "unrecogni[sz]ed|not recogni[sz]ed|unknown|unsupported|not (yet )?(be"
              + " )?supported|(not|n't|cannot|no) support|not permitted|not allowed|(not|n't)"
              + " accept|unexpected|extra"
              + " (fields?|inputs?|params?|parameters?|keys?|arguments?)|extra_forbidden|extraneous|forbidden|additional"
              + " propert|disallow|deprecated|no such|not available|invalid"
              + " (param|arg|field|key|name|request arg)|(not|n't) (a )?valid"
              + " (param|arg|field|key|name)|cannot find field|cannot be (used|specified)|not"
              + " implemented|(not|n't) exist|不支持|未知|无法识别|无效");

  /// Whether this may be about a parameter that the server does not take.
  boolean mayBeFixed() {
    return STATUSES.contains(status);
  }

  /// Whether the server says that it does not take something.
  boolean isUnsupported() {
    return UNSUPPORTED.matcher(subject()).find();
  }

  /// Whether the server names this part of the request in a field of its answer.
  boolean pointsAt(String name) {
    return words.names().stream().anyMatch(place -> steps(place).contains(name));
  }

  /// Whether it names this part of the request as what is wrong.
  boolean names(String name) {
    return pointsAt(name)
        || Pattern.compile("(?<![a-z0-9_])" + Pattern.quote(name) + "(?![a-z0-9_])")
            .matcher(subject())
            .find();
  }

  /// Whether its words, hints left out, have a place for this pattern.
  boolean says(Pattern pattern) {
    return pattern.matcher(subject()).find();
  }

  private static List<String> steps(String place) {
    return List.of(place.split("[.\\[\\]/#]+", -1));
  }

  private String subject() {
    var all = words.all();
    var hint = HINT.matcher(all);
    return hint.find() ? all.substring(0, hint.start()) : all;
  }
}
