package dev.drover.store.postgres;

import dev.drover.base.Json;
import dev.drover.session.EventId;
import dev.drover.session.Feed;
import java.util.ArrayList;
import java.util.List;

/// The previews in hints: how they are written and read. A long text takes several lines.
final class PreviewLines {
  /// The number of characters of text in one line: a character has up to 3 bytes, or up to 6 if it
  /// is escaped.
  private static final int TEXT = 1_000;

  private PreviewLines() {}

  static List<Json.Obj> of(Feed.Item item) {
    return switch (item) {
      case Feed.Item.PreviewStart start ->
          List.of(Json.obj("type", start.type(), "id", start.id().value()));
      case Feed.Item.PreviewText text -> pieces(text);
      case Feed.Item.Shown _ -> List.of();
    };
  }

  private static List<Json.Obj> pieces(Feed.Item.PreviewText preview) {
    var lines = new ArrayList<Json.Obj>();
    for (int from = 0; from < preview.text().length(); ) {
      int to = Math.min(preview.text().length(), from + TEXT);
      if (to < preview.text().length()
          && Character.isHighSurrogate(preview.text().charAt(to - 1))) {
        to--;
      }
      lines.add(
          Json.obj(
              "type", preview.type(),
              "id", preview.id().value(),
              "index", preview.index(),
              "text", preview.text().substring(from, to)));
      from = to;
    }
    return lines;
  }

  static Feed.Item read(Json.Obj line) {
    var type = String.valueOf(line.text("type"));
    var id = new EventId(String.valueOf(line.text("id")));
    var text = line.text("text");
    return text == null
        ? new Feed.Item.PreviewStart(type, id)
        : new Feed.Item.PreviewText(type, id, (int) line.number("index", 0), text);
  }
}
