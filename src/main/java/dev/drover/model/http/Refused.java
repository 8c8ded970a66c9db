package dev.drover.model.http;

import java.util.List;
import java.util.Set;
import java.util.regex.Pattern;

/// The refusal of a request, before a reply began.
///
/// @param status the status of the response, or the one in the error's code
record Refused(int status, ErrorWords words) {
  /// The statuses with which servers refuse unknown parts of a request. Some servers in Python fail
  /// with a 500.
  private static final Set<Integer> STATUSES = Set.of(400, 422, 500, 501);

  /// Words after which a message names correct parameters.
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

  /// Whether the refusal can be about a part of the request.
  boolean mayBeFixed() {
    return STATUSES.contains(status);
  }

  /// Whether the server says that it does not accept something.
  boolean isUnsupported() {
    return UNSUPPORTED.matcher(subject()).find();
  }

  /// Whether the server names this part of the request in a field of its answer.
  boolean pointsAt(String name) {
    return words.names().stream().anyMatch(place -> steps(place).contains(name));
  }

  /// Whether the server names this part of the request as the cause.
  boolean names(String name) {
    return pointsAt(name)
        || Pattern.compile("(?<![a-z0-9_])" + Pattern.quote(name) + "(?![a-z0-9_])")
            .matcher(subject())
            .find();
  }

  /// Whether the message, without hints, contains the pattern.
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
