package dev.drover.model.http;

import dev.drover.base.Json;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;

/// The remedies for a reply limit that is too high, or that has another name on the server.
final class LimitRemedies {
  private static final List<String> NAMES = List.of("max_tokens", "max_completion_tokens");

  /// Words which show that the server did not count the whole prompt.
  private static final Pattern ROUGHLY = Pattern.compile("at least|about|approx");

  private LimitRemedies() {}

  /// Lowers the limit to the room that the server states.
  static Optional<Remedy> lowered(Refused refused, Json.Obj body) {
    var words = refused.words();
    for (var name : NAMES) {
      long asked = body.number(name, 0);
      var left = ReplyRoom.left(words);
      if (left.isPresent()) {
        int room = left.getAsInt() - (refused.says(ROUGHLY) ? left.getAsInt() / 20 : 0);
        if (room >= ReplyRoom.LEAST && room < asked) {
          return Optional.of(atMost(name, room, false));
        }
      } else if (ReplyRoom.stated(words).orElse(Integer.MAX_VALUE) < asked
          && !ContextFull.isSaid(words)) {
        return Optional.of(atMost(name, ReplyRoom.stated(words).getAsInt(), true));
      }
    }
    return Optional.empty();
  }

  private static Remedy atMost(String name, int most, boolean lasting) {
    return new Remedy(
        "asks for at most " + most + " tokens in a reply",
        lasting,
        true,
        body -> body.number(name, 0) > most ? body.with(name, most) : body);
  }

  /// Sends the limit under its other name.
  static Optional<Remedy> renamed(Refused refused, Json.Obj body) {
    if (!refused.isUnsupported() || lowered(refused, body).isPresent()) {
      return Optional.empty();
    }
    for (int i = 0; i < NAMES.size(); i++) {
      var name = NAMES.get(i);
      if (body.get(name).isPresent() && refused.names(name)) {
        return Optional.of(renamed(name, NAMES.get(1 - i)));
      }
    }
    return Optional.empty();
  }

  private static Remedy renamed(String from, String to) {
    return new Remedy(
        "sends " + to + " in place of " + from, true, false, body -> renamed(body, from, to));
  }

  private static Json.Obj renamed(Json.Obj body, String from, String to) {
    var fields = new LinkedHashMap<String, Json>();
    body.fields().forEach((name, value) -> fields.put(name.equals(from) ? to : name, value));
    return new Json.Obj(fields);
  }
}
