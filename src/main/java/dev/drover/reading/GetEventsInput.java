package dev.drover.reading;

import dev.drover.base.Json;
import dev.drover.reading.EventRange.Place;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;

/// The input of a call of `get_events`.
///
/// @param position the event to show whole; empty to list events
/// @param offset the first character of that event to show, from 0
/// @param count the maximum number of events in a list
record GetEventsInput(
    Optional<Long> position, int offset, EventFilter filter, EventRange range, int count) {
  private static final String POSITION = "position";
  private static final String OFFSET = "offset";
  private static final String BEFORE = "before";
  private static final String AFTER = "after";
  private static final String TYPES = "types";
  private static final String TOOL = "tool";
  private static final String TEXT = "text";
  private static final String COUNT = "count";
  private static final Set<String> OF_LISTS = Set.of(BEFORE, AFTER, TYPES, TOOL, TEXT, COUNT);

  private static final int MOST = 100;
  private static final int USUAL = 20;
  private static final int LONGEST_TEXT = 200;
  private static final int LONGEST_NAME = 128;
  private static final int MOST_TYPES = 20;
  private static final long HIGHEST = 999_999_999_999_999_999L;

  private static final String ERROR = "error";

  /// The groups of types that have a name.
  private static final Map<String, Set<String>> GROUPS =
      Map.of(
          "user",
          Set.of("user.message", "user.interrupt", "system.message"),
          "agent",
          Set.of("agent.message"),
          "tool",
          with(EventFilter.USES, with(EventFilter.RESULTS, Set.of("user.tool_confirmation"))));

  /// The types of a list if the input does not name any.
  private static final Set<String> USUALLY =
      with(
          GROUPS.getOrDefault("user", Set.of()),
          with(
              GROUPS.getOrDefault("agent", Set.of()),
              with(GROUPS.getOrDefault("tool", Set.of()), Set.of(EventFilter.ERROR))));

  /// All types that a model can read. Thinking is not among them, nor is any type that this version
  /// does not know.
  static final Set<String> READABLE =
      with(
          USUALLY,
          Set.of(
              "session.status_running",
              "session.status_idle",
              "session.status_rescheduled",
              "session.status_terminated",
              "session.updated"));

  static final Json.Obj SCHEMA =
      Json.obj(
          "type",
          "object",
          "properties",
          Json.obj(
              POSITION,
              integer("One event, whole, such as 4718 for #4718."),
              OFFSET,
              integer("With position: the first character to show, to go on in a long event."),
              BEFORE,
              string(
                  "A position, or a time such as 2026-11-26T10:00:00Z: the events before it, oldest"
                      + " first, which led up to it."),
              AFTER,
              string("A position or a time: the events after it, oldest first."),
              TYPES,
              Json.obj(
                  "type",
                  "array",
                  "items",
                  Json.obj("type", "string"),
                  "description",
                  "user, agent, tool, error (failed results and errors of the session), or types of"
                      + " events such as user.message."),
              TOOL,
              string("Only calls of this tool, with their results."),
              TEXT,
              string(
                  "Only events that contain this text, of up to 200 characters; case does not"
                      + " matter. The newest come first unless after is given."),
              COUNT,
              integer("The maximum number of events, up to 100; 20 if absent.")));

  /// An input that is not valid; the message is for the model.
  static final class Invalid extends Exception {
    private static final long serialVersionUID = 1;

    Invalid(String message) {
      super(message);
    }
  }

  private static Set<String> with(Set<String> some, Set<String> others) {
    var all = new HashSet<>(some);
    all.addAll(others);
    return Set.copyOf(all);
  }

  private static Json.Obj integer(String description) {
    return Json.obj("type", "integer", "description", description);
  }

  private static Json.Obj string(String description) {
    return Json.obj("type", "string", "description", description);
  }

  /// Reads the input of a model. A value of null counts as absent, and a number may be written as a
  /// string.
  static GetEventsInput read(Json.Obj input) throws Invalid {
    var given = new TreeSet<String>();
    for (var field : input.fields().entrySet()) {
      if (!field.getValue().equals(Json.NULL)) {
        given.add(field.getKey());
      }
    }
    var unknown = new TreeSet<>(given);
    unknown.removeAll(OF_LISTS);
    unknown.removeAll(Set.of(POSITION, OFFSET));
    if (!unknown.isEmpty()) {
      throw new Invalid("there is no input " + shown(unknown.first()));
    }
    var position = number(input, POSITION, 1, HIGHEST);
    var offset = number(input, OFFSET, 0, Integer.MAX_VALUE);
    given.retainAll(OF_LISTS);
    if (position.isPresent() && !given.isEmpty()) {
      throw new Invalid("position shows one event and cannot be combined with " + given.first());
    }
    if (position.isEmpty() && offset.isPresent()) {
      throw new Invalid("offset needs position");
    }
    return new GetEventsInput(
        position,
        offset.orElse(0L).intValue(),
        filter(input),
        EventRange.of(place(input, AFTER), place(input, BEFORE)),
        number(input, COUNT, 1, MOST).orElse((long) USUAL).intValue());
  }

  private static EventFilter filter(Json.Obj input) throws Invalid {
    var types = new HashSet<String>();
    boolean errors = false;
    var names = types(input);
    for (var name : names) {
      if (name.equals(ERROR)) {
        errors = true;
      } else if (GROUPS.containsKey(name)) {
        types.addAll(GROUPS.getOrDefault(name, Set.of()));
      } else if (READABLE.contains(name)) {
        types.add(name);
      } else {
        throw new Invalid(
            "types cannot have %s; they can have %s, %s, %s"
                .formatted(shown(name), ERROR, sorted(GROUPS.keySet()), sorted(READABLE)));
      }
    }
    return new EventFilter(
        names.isEmpty() ? USUALLY : types,
        errors,
        string(input, TOOL, LONGEST_NAME),
        string(input, TEXT, LONGEST_TEXT));
  }

  private static String sorted(Collection<String> names) {
    return String.join(", ", new TreeSet<>(names));
  }

  /// The names that the model wrote, in a list or alone.
  private static List<String> types(Json.Obj input) throws Invalid {
    var value = input.get(TYPES).orElse(Json.NULL);
    var items =
        switch (value) {
          case Json.Arr array -> array.items();
          case Json.Null _ -> List.<Json>of();
          default -> List.of(value);
        };
    if (items.size() > MOST_TYPES || !items.stream().allMatch(Json.Str.class::isInstance)) {
      throw new Invalid("types must be a list of up to " + MOST_TYPES + " strings");
    }
    return items.stream().map(item -> ((Json.Str) item).value()).toList();
  }

  private static Optional<Place> place(Json.Obj input, String key) throws Invalid {
    var value = input.get(key).orElse(Json.NULL);
    if (value.equals(Json.NULL)) {
      return Optional.empty();
    }
    var place = Place.of(written(value));
    if (place.isEmpty()) {
      throw new Invalid(
          key + " must be a position such as 4718, or a time such as 2026-11-26T10:00:00Z");
    }
    return place;
  }

  private static Optional<Long> number(Json.Obj input, String key, long least, long most)
      throws Invalid {
    var value = input.get(key).orElse(Json.NULL);
    if (value.equals(Json.NULL)) {
      return Optional.empty();
    }
    var number = new Json.Num(written(value)).asLong();
    if (number.isEmpty() || number.get() < least || number.get() > most) {
      throw new Invalid(
          most == HIGHEST || most == Integer.MAX_VALUE
              ? key + " must be an integer from " + least
              : "%s must be an integer from %d to %d".formatted(key, least, most));
    }
    return number;
  }

  /// The text of a number or of a string, without the sign that the tool's own answers have.
  private static String written(Json value) {
    var text = value instanceof Json.Str(var string) ? string.strip() : value.toString();
    return text.startsWith("#") ? text.substring(1) : text;
  }

  private static Optional<String> string(Json.Obj input, String key, int longest) throws Invalid {
    var value = input.get(key).orElse(Json.NULL);
    if (value.equals(Json.NULL) || value.equals(Json.of(""))) {
      return Optional.empty();
    }
    if (value instanceof Json.Str(var text) && text.length() <= longest) {
      return Optional.of(text);
    }
    throw new Invalid(key + " must be a text of up to " + longest + " characters");
  }

  private static String shown(String name) {
    return name.length() <= LONGEST_NAME
        ? name
        : name.substring(0, name.offsetByCodePoints(0, LONGEST_NAME / 2)) + "…";
  }
}
