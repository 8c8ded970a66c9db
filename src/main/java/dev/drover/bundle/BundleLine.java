package dev.drover.bundle;

import dev.drover.base.Json;
import dev.drover.base.Problem;
import dev.drover.session.Event;
import dev.drover.session.EventId;
import dev.drover.session.Stored;
import dev.drover.session.ThreadKey;
import dev.drover.wire.EventCodec;
import dev.drover.wire.Times;
import java.time.Instant;
import java.util.Objects;
import java.util.Set;

/// The lines of `events.jsonl`, one for each event of the log, without their line feeds.
final class BundleLine {
  private static final Set<String> KEYS = Set.of("json", "hidden");

  private BundleLine() {}

  /// The line of an event with its hidden data.
  static String write(Stored stored) {
    return "{\"json\":" + stored.json() + ",\"hidden\":" + Json.of(stored.hidden()) + "}";
  }

  /// The line of an event as clients see it.
  static String writeVisible(Stored stored) {
    return "{\"json\":" + stored.json() + "}";
  }

  /// Reads a line of [#write], which is not trusted.
  ///
  /// @throws Problem `INVALID_REQUEST`
  static Stored read(long position, String text) {
    var line = object(position, text);
    if (!line.fields().keySet().equals(KEYS)) {
      throw refused(position, "must have the fields json and hidden, and no others");
    }
    if (!(line.fields().get("json") instanceof Json.Obj json)) {
      throw refused(position, "has a json that is not an object");
    }
    var hidden = line.fields().get("hidden");
    if (!(hidden instanceof Json.Obj) && !(hidden instanceof Json.Null)) {
      throw refused(position, "has a hidden that is neither an object nor null");
    }
    var stored = json.toString();
    return new Stored(
        position,
        time(position, json),
        ThreadKey.PRIMARY,
        event(position, stored),
        stored,
        hidden instanceof Json.Obj object ? object : null);
  }

  private static Json.Obj object(long position, String text) {
    try {
      if (Json.parse(text) instanceof Json.Obj object) {
        return object;
      }
      throw refused(position, "is not a JSON object");
    } catch (Json.Malformed malformed) {
      throw refused(position, "is not valid JSON: " + malformed.getMessage());
    }
  }

  private static Instant time(long position, Json.Obj json) {
    var text = Objects.requireNonNullElse(json.text("processed_at"), "");
    var time = Times.read(text).orElseThrow(() -> refused(position, "has no valid processed_at"));
    if (!text.equals(Times.write(time))) {
      throw refused(position, "has a processed_at that is not in UTC with six digits of a second");
    }
    return time;
  }

  private static Event event(long position, String json) {
    Event event;
    try {
      event = EventCodec.read(json);
    } catch (IllegalStateException | IllegalArgumentException _) {
      throw refused(position, "cannot be read");
    }
    if (event instanceof Event.Unknown || event instanceof Event.UnknownFromClient) {
      throw refused(position, "has a type or a form that this version of Drover does not know");
    }
    try {
      EventId.of(event.id().value());
    } catch (Problem _) {
      throw refused(position, "has no valid id");
    }
    return event;
  }

  private static Problem refused(long position, String what) {
    return BundleFormat.refused("line " + position + " of " + BundleFormat.EVENTS + " " + what);
  }
}
