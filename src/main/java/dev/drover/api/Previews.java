package dev.drover.api;

import dev.drover.base.Json;
import dev.drover.session.EventId;
import dev.drover.session.Feed.Item;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;

/// The filter of the previews for one stream. A stream gets previews of the types it asked for,
/// from their start and without gaps, and none of an event after the event itself. Not safe for
/// concurrent use.
final class Previews {
  private final Set<String> wanted;
  private final Map<EventId, Begun> started = new HashMap<>();

  /// @param blocks the number of content blocks of which the client has received a part
  private record Begun(String type, int blocks) {}

  Previews(Set<String> wanted) {
    this.wanted = Set.copyOf(wanted);
  }

  boolean admits(Item.PreviewStart start) {
    return wanted.contains(start.type())
        && started.putIfAbsent(start.id(), new Begun(start.type(), 0)) == null;
  }

  boolean admits(Item.PreviewText text) {
    var progress = started.get(text.id());
    if (progress == null || text.index() > progress.blocks()) {
      return false;
    }
    started.put(
        text.id(), new Begun(progress.type(), Math.max(progress.blocks(), text.index() + 1)));
    return true;
  }

  /// Ends the preview of an event that is shown; the end of a model request ends all previews.
  void shown(Item.Shown event) {
    if (started.isEmpty()) {
      return;
    }
    if (event.type().equals("span.model_request_end")) {
      started.clear();
    } else {
      started.remove(event.id());
    }
  }

  static String write(Item.PreviewStart start) {
    return Json.obj(
            "type",
            "event_start",
            "event",
            Json.obj("type", start.type(), "id", start.id().value()))
        .toString();
  }

  static String write(Item.PreviewText text) {
    return Json.obj(
            "type",
            "event_delta",
            "event_id",
            text.id().value(),
            "delta",
            Json.obj(
                "type", "content_delta",
                "index", text.index(),
                "content", Json.obj("type", "text", "text", text.text())))
        .toString();
  }
}
