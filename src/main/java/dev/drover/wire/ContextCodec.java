package dev.drover.wire;

import dev.drover.base.Json;
import dev.drover.session.Event;
import dev.drover.session.Event.ContextOpened;
import dev.drover.session.EventId;
import dev.drover.session.Inherited;
import java.util.ArrayList;
import java.util.Optional;

/// The JSON form, in the log, of the beginning of a chapter of a context.
final class ContextCodec {
  /// The version of the rendering: how messages are made from the event and from what follows its
  /// position. A change of a single byte of the messages needs a new number.
  private static final int FORMAT = 1;

  private ContextCodec() {}

  static Json.Obj write(ContextOpened opened) {
    var gauge = opened.gauge();
    var written =
        Json.obj(
            "format", FORMAT,
            "chapter", opened.chapter(),
            "kind", EventCodec.lower(opened.kind()),
            "cause", EventCodec.lower(opened.cause()),
            "from", opened.from(),
            "opening", opened.opening(),
            "result_characters", opened.resultCharacters(),
            "before", gauge.before(),
            "after", gauge.after(),
            "window", gauge.window(),
            "factor_percent", gauge.factor());
    return opened.inherited().map(what -> written.with("inherited", write(what))).orElse(written);
  }

  private static Json.Obj write(Inherited inherited) {
    return Json.obj(
        "in_a_row", inherited.inARow(),
        "standing", inherited.standing(),
        "left_out", inherited.leftOut().stream().map(ContextCodec::write).toList());
  }

  private static Json.Obj write(Inherited.Part part) {
    return Json.obj("event_id", part.message().value(), "index", part.index());
  }

  /// Reads a value of [#write]; empty if it has a format or a kind that only a newer version knows.
  static Optional<Event> read(EventId id, Json.Obj event) {
    var kind = kind(String.valueOf(event.text("kind")));
    long chapter = event.number("chapter", 0);
    long from = event.number("from", 0);
    if (event.number("format", 0) != FORMAT || kind.isEmpty() || chapter < 1 || from < 1) {
      return Optional.empty();
    }
    var cause =
        "overflow".equals(event.text("cause"))
            ? ContextOpened.Cause.OVERFLOW
            : ContextOpened.Cause.THRESHOLD;
    return Optional.of(
        new ContextOpened(
            id,
            (int) chapter,
            kind.get(),
            cause,
            from,
            new Json.Arr(event.items("opening")),
            (int) event.number("result_characters", 0),
            new ContextOpened.Sizes(
                event.number("before", 0),
                event.number("after", 0),
                event.number("window", 0),
                (int) event.number("factor_percent", 100)),
            event
                .get("inherited")
                .filter(Json.Obj.class::isInstance)
                .flatMap(what -> inherited((Json.Obj) what, from))));
  }

  /// Empty for a value that [#write] does not write: then the whole log is read.
  private static Optional<Inherited> inherited(Json.Obj what, long from) {
    long inARow = what.number("in_a_row", 0);
    var standing = new ArrayList<Long>();
    long last = 0;
    for (var item : what.items("standing")) {
      long position = item instanceof Json.Num number ? number.asLong().orElse(0L) : 0;
      if (position <= last || position >= from) {
        return Optional.empty();
      }
      standing.add(position);
      last = position;
    }
    var leftOut = new ArrayList<Inherited.Part>();
    for (var item : what.items("left_out")) {
      if (!(item instanceof Json.Obj part) || part.text("event_id") == null) {
        return Optional.empty();
      }
      var message = new EventId(String.valueOf(part.text("event_id")));
      leftOut.add(new Inherited.Part(message, (int) part.number("index", -1)));
    }
    return inARow < 1 || inARow > from
        ? Optional.empty()
        : Optional.of(new Inherited((int) inARow, standing, leftOut));
  }

  private static Optional<ContextOpened.Kind> kind(String text) {
    return switch (text) {
      case "rolling" -> Optional.of(ContextOpened.Kind.ROLLING);
      case "trim" -> Optional.of(ContextOpened.Kind.TRIM);
      default -> Optional.empty();
    };
  }
}
