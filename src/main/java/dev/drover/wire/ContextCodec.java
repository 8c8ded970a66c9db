package dev.drover.wire;

import dev.drover.base.Json;
import dev.drover.session.Event;
import dev.drover.session.Event.ContextOpened;
import dev.drover.session.EventId;
import java.util.Optional;

/// The JSON form, in the log, of the beginning of a chapter of a context.
final class ContextCodec {
  /// The version of the rendering: how messages are made from the event and from what follows its
  /// position. A change of a single byte of the messages needs a new number.
  private static final int FORMAT = 1;

  private ContextCodec() {}

  static Json.Obj write(ContextOpened opened) {
    var gauge = opened.gauge();
    return Json.obj(
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
                (int) event.number("factor_percent", 100))));
  }

  private static Optional<ContextOpened.Kind> kind(String text) {
    return switch (text) {
      case "rolling" -> Optional.of(ContextOpened.Kind.ROLLING);
      case "trim" -> Optional.of(ContextOpened.Kind.TRIM);
      default -> Optional.empty();
    };
  }
}
