package dev.drover.api;

import dev.drover.base.Problem;
import dev.drover.session.EventId;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.Set;
import java.util.regex.Pattern;

/// Where a page of events ends.
///
/// @param position the last one of the log that was looked at
/// @param sequence the last one of the inbox that was shown
/// @param shown which events were shown as queued and have not been met in the log, by the ends of
///   their ids
record EventCursor(boolean ascending, long position, long sequence, Set<String> shown) {
  private static final String PREFIX = "page_";
  private static final Pattern FORM =
      Pattern.compile("1([ad]):(\\d{1,19}):(\\d{1,19}):([A-Za-z0-9]{8}(?:,[A-Za-z0-9]{8})*)?");

  EventCursor {
    shown = Set.copyOf(shown);
  }

  static EventCursor first(boolean ascending) {
    return ascending
        ? new EventCursor(true, 0, 0, Set.of())
        : new EventCursor(false, Long.MAX_VALUE, Long.MAX_VALUE, Set.of());
  }

  /// The end of an id: some 47 random bits, enough to tell the events of one inbox apart.
  static String brief(EventId id) {
    var value = id.value();
    return value.substring(Math.max(0, value.length() - 8));
  }

  String write() {
    var text =
        "1%s:%d:%d:%s"
            .formatted(ascending ? "a" : "d", position, sequence, String.join(",", shown));
    return PREFIX
        + Base64.getUrlEncoder()
            .withoutPadding()
            .encodeToString(text.getBytes(StandardCharsets.US_ASCII));
  }

  /// @throws Problem `INVALID_REQUEST` for what [#write] did not write, or wrote for another order
  static EventCursor read(String page, boolean ascending) {
    try {
      if (page.startsWith(PREFIX)) {
        var bytes = Base64.getUrlDecoder().decode(page.substring(PREFIX.length()));
        var form = FORM.matcher(new String(bytes, StandardCharsets.US_ASCII));
        if (form.matches()) {
          if (form.group(1).equals("a") != ascending) {
            throw Pages.otherOrder();
          }
          var shown = form.group(4);
          return new EventCursor(
              ascending,
              Long.parseLong(form.group(2)),
              Long.parseLong(form.group(3)),
              shown == null ? Set.of() : Set.of(shown.split(",", -1)));
        }
      }
    } catch (IllegalArgumentException _) {
      // not ours
    }
    throw Pages.badCursor();
  }
}
