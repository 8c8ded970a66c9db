package dev.drover.wire;

import dev.drover.base.Json;
import dev.drover.session.Event;
import dev.drover.session.Event.CompactionFailed;
import dev.drover.session.Event.ContextOpened;
import dev.drover.session.EventId;
import dev.drover.session.Inherited;
import dev.drover.session.ProfileUse;
import java.util.ArrayList;
import java.util.Optional;

/// The JSON form, in the log, of the beginning of a chapter of a context, and of a summary that
/// failed.
final class ContextCodec {
  /// The version of the rendering: how messages are made from the event and from what follows its
  /// position. A change of a single byte of the messages needs a new number. Number 1 is number 2
  /// without a limit for a round.
  private static final int FORMAT = 2;

  private static final String PROFILE = "profile";
  private static final String KEEPS_THINKING = "keeps_thinking";
  private static final String SERVER_REFUSED = "server_refused";

  private ContextCodec() {}

  static Json.Obj write(ContextOpened opened) {
    var gauge = opened.gauge();
    var json =
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
            "factor_percent", gauge.factor(),
            "round_characters", opened.roundCharacters());
    var written =
        opened
            .summary()
            .map(
                summary ->
                    json.with("summary", summary.text()).with("summary_through", summary.through()))
            .orElse(json);
    var thinking = opened.keepsThinking() ? written.with(KEEPS_THINKING, true) : written;
    var whole =
        opened.inherited().map(what -> thinking.with("inherited", write(what))).orElse(thinking);
    return opened.profile().map(use -> whole.with(PROFILE, use.json())).orElse(whole);
  }

  private static Json.Obj write(Inherited inherited) {
    var json =
        Json.obj(
            "in_a_row", inherited.inARow(),
            "standing", inherited.standing(),
            "left_out", inherited.leftOut().stream().map(ContextCodec::write).toList());
    return inherited.serverRefused() ? json.with(SERVER_REFUSED, true) : json;
  }

  private static Json.Obj write(Inherited.Part part) {
    return Json.obj("event_id", part.message().value(), "index", part.index());
  }

  /// Reads a value of [#write]; empty if it has a format or a kind that only a newer version knows.
  static Optional<Event> read(EventId id, Json.Obj event) {
    var kind = kind(String.valueOf(event.text("kind")));
    long chapter = event.number("chapter", 0);
    long from = event.number("from", 0);
    long format = event.number("format", 0);
    if (format < 1 || format > FORMAT || kind.isEmpty() || chapter < 1 || from < 1) {
      return Optional.empty();
    }
    return Optional.of(
        new ContextOpened(
            id,
            (int) chapter,
            kind.get(),
            cause(String.valueOf(event.text("cause"))),
            from,
            new Json.Arr(event.items("opening")),
            (int) event.number("result_characters", 0),
            new ContextOpened.Sizes(
                event.number("before", 0),
                event.number("after", 0),
                event.number("window", 0),
                (int) event.number("factor_percent", 100)),
            format == 1 ? 0 : (int) event.number("round_characters", 0),
            Optional.ofNullable(event.text("summary"))
                .map(
                    text -> new ContextOpened.Summary(event.number("summary_through", from), text)),
            event
                .get("inherited")
                .filter(Json.Obj.class::isInstance)
                .flatMap(what -> inherited((Json.Obj) what, from)),
            ProfileUse.read(event.object(PROFILE)),
            isTrue(event, KEEPS_THINKING)));
  }

  private static boolean isTrue(Json.Obj json, String key) {
    return Json.of(true).equals(json.get(key).orElse(Json.NULL));
  }

  private static ContextOpened.Cause cause(String text) {
    return switch (text) {
      case "overflow" -> ContextOpened.Cause.OVERFLOW;
      case "requested" -> ContextOpened.Cause.REQUESTED;
      default -> ContextOpened.Cause.THRESHOLD;
    };
  }

  static Json.Obj write(CompactionFailed failed) {
    return Json.obj(
        "rung", failed.rung(),
        "reason", EventCodec.lower(failed.reason()),
        "next", failed.next(),
        "tokens", failed.tokens());
  }

  /// Reads a value of [#write(CompactionFailed)]. Without a readable rung, the ladder goes on where
  /// no model is needed.
  static CompactionFailed readFailure(EventId id, Json.Obj event) {
    int rung = Math.clamp(event.number("rung", 1), 0, CompactionFailed.LAST);
    return new CompactionFailed(
        id,
        rung,
        reason(String.valueOf(event.text("reason"))),
        Math.clamp(event.number("next", CompactionFailed.LAST), rung, CompactionFailed.LAST),
        Math.max(0, event.number("tokens", 0)));
  }

  private static CompactionFailed.Reason reason(String text) {
    for (var reason : CompactionFailed.Reason.values()) {
      if (EventCodec.lower(reason).equals(text)) {
        return reason;
      }
    }
    return CompactionFailed.Reason.OTHER;
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
        : Optional.of(new Inherited((int) inARow, standing, leftOut, isTrue(what, SERVER_REFUSED)));
  }

  private static Optional<ContextOpened.Kind> kind(String text) {
    return switch (text) {
      case "rolling" -> Optional.of(ContextOpened.Kind.ROLLING);
      case "trim" -> Optional.of(ContextOpened.Kind.TRIM);
      case "summary" -> Optional.of(ContextOpened.Kind.SUMMARY);
      case "note" -> Optional.of(ContextOpened.Kind.NOTE);
      case "server" -> Optional.of(ContextOpened.Kind.SERVER);
      default -> Optional.empty();
    };
  }
}
