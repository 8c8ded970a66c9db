package dev.drover.api;

import dev.drover.base.Problem;
import dev.drover.session.EventId;
import dev.drover.session.SessionId;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.Set;
import java.util.regex.Pattern;

/// Where a page of one session's events ends.
///
/// @param session the end of the session's id
/// @param position the last one of the log that was looked at
/// @param sequence the last one of the inbox that was shown
/// @param shown which events were shown as queued and have not been met in the log, by the ends of
///   their ids
record EventCursor(
    String session, boolean ascending, long position, long sequence, Set<String> shown) {
  private static final String PREFIX = "page_";
  private static final Pattern FORM =
      Pattern.compile(
          "2([A-Za-z0-9_]{1,8})([ad]):(\\d{1,19}):(\\d{1,19}):([A-Za-z0-9]{8}(?:,[A-Za-z0-9]{8})*)?");

  EventCursor {
    shown = Set.copyOf(shown);
  }

  static EventCursor first(SessionId session, boolean ascending) {
    long start = ascending ? 0 : Long.MAX_VALUE;
    return new EventCursor(brief(session.value()), ascending, start, start, Set.of());
  }

  /// Where the page ends that began here.
  EventCursor moved(long position, long sequence, Set<String> shown) {
    return new EventCursor(session, ascending, position, sequence, shown);
  }

  /// The end of an id: some 47 random bits, enough to tell the events of one inbox apart.
  static String brief(EventId id) {
    return brief(id.value());
  }

  private static String brief(String id) {
    return id.substring(Math.max(0, id.length() - 8));
  }

  String write() {
    var text =
        "2%s%s:%d:%d:%s"
            .formatted(session, ascending ? "a" : "d", position, sequence, String.join(",", shown));
    return PREFIX
        + Base64.getUrlEncoder()
            .withoutPadding()
            .encodeToString(text.getBytes(StandardCharsets.US_ASCII));
  }

  /// @throws Problem `INVALID_REQUEST` for what [#write] did not write, or wrote for another
  ///   session or order
  static EventCursor read(String page, SessionId session, boolean ascending) {
    try {
      if (page.startsWith(PREFIX)) {
        var bytes = Base64.getUrlDecoder().decode(page.substring(PREFIX.length()));
        var form = FORM.matcher(new String(bytes, StandardCharsets.US_ASCII));
        if (form.matches() && form.group(1).equals(brief(session.value()))) {
          if (form.group(2).equals("a") != ascending) {
            throw Pages.otherOrder();
          }
          var shown = form.group(5);
          return new EventCursor(
              form.group(1),
              ascending,
              Long.parseLong(form.group(3)),
              Long.parseLong(form.group(4)),
              shown == null ? Set.of() : Set.of(shown.split(",", -1)));
        }
      }
    } catch (IllegalArgumentException _) {
      // not ours
    }
    throw Pages.badCursor();
  }
}
