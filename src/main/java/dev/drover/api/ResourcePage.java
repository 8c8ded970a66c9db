package dev.drover.api;

import dev.drover.base.Json;
import dev.drover.base.Problem;
import dev.drover.session.SessionId;
import dev.drover.session.SessionResource;
import dev.drover.wire.SessionResourceCodec;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Base64;
import java.util.Comparator;
import java.util.List;
import java.util.regex.Pattern;

/// A page of the resources of a session, oldest first. The cursor to the next page names the last
/// resource of this one, which may be deleted meanwhile.
record ResourcePage(List<SessionResource> items, boolean more) {
  private static final String PREFIX = "page_";
  private static final Pattern FORM = Pattern.compile("(\\d{1,17}):([A-Za-z0-9_]{1,80})");
  private static final Comparator<Place> ORDER =
      Comparator.comparingLong(Place::micros).thenComparing(Place::id);

  /// Where a resource is in the list.
  private record Place(long micros, String id) {
    static Place of(SessionResource resource) {
      return new Place(
          ChronoUnit.MICROS.between(Instant.EPOCH, resource.createdAt()), resource.id().value());
    }
  }

  /// @throws Problem `INVALID_REQUEST` for a cursor that is malformed or of another session
  static ResourcePage of(SessionId session, List<SessionResource> all, int limit, Query query) {
    var after = query.page().map(page -> read(session, page));
    var rest =
        all.stream()
            .filter(one -> after.isEmpty() || ORDER.compare(Place.of(one), after.get()) > 0)
            .limit(limit + 1L)
            .toList();
    return new ResourcePage(rest.subList(0, Math.min(limit, rest.size())), rest.size() > limit);
  }

  Json.Obj write(SessionId session) {
    return Json.obj(
        "data",
        items.stream().map(SessionResourceCodec::write).toList(),
        "next_page",
        more ? write(session, Place.of(items.getLast())) : null);
  }

  private static String write(SessionId session, Place last) {
    var text = session + ":" + last.micros + ":" + last.id;
    return PREFIX
        + Base64.getUrlEncoder()
            .withoutPadding()
            .encodeToString(text.getBytes(StandardCharsets.US_ASCII));
  }

  private static Place read(SessionId session, String page) {
    try {
      if (page.startsWith(PREFIX)) {
        var bytes = Base64.getUrlDecoder().decode(page.substring(PREFIX.length()));
        var text = new String(bytes, StandardCharsets.US_ASCII);
        var own = session + ":";
        var form = FORM.matcher(text.startsWith(own) ? text.substring(own.length()) : "");
        if (form.matches()) {
          return new Place(Long.parseLong(form.group(1)), form.group(2));
        }
      }
    } catch (IllegalArgumentException _) {
      // not a cursor of ours
    }
    throw Pages.badCursor();
  }
}
