package dev.drover.api;

import dev.drover.base.Problem;
import dev.drover.session.EventId;
import dev.drover.session.SessionId;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.Set;
import java.util.regex.Pattern;

/// A cursor into the list of a session's events: the end of a page.
///
/// @param session the end of the session's id
/// @param position the last position of the log that was read
/// @param sequence the last sequence number of the inbox that was listed
/// @param shown the events that were listed as queued and have not been found in the log yet, by
///   the ends of their ids
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

  /// The end of the page that began at this cursor.
  EventCursor moved(long position, long sequence, Set<String> shown) {
    return new EventCursor(session, ascending, position, sequence, shown);
  }

  /// The end of an id: about 47 random bits, enough to distinguish the events of one inbox.
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

  /// @throws Problem `INVALID_REQUEST` for a text that [#write] did not write, or that it wrote for
  ///   another session or order
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
      // not a cursor of ours
    }
    throw Pages.badCursor();
  }
}
