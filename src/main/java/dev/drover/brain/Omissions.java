package dev.drover.brain;

import dev.drover.base.Json;
import dev.drover.session.Event;
import dev.drover.session.Stored;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/// All omissions of a session, folded from its log. The thinking of replies from before a chapter
/// is left out, too: it is valid only after the messages that were there before. One thread.
final class Omissions {
  private final Set<Piece> pieces = new HashSet<>();
  private long thinking;

  void addAll(List<Stored> events) {
    for (var stored : events) {
      if (stored.event() instanceof Event.Imported
          || stored.event() instanceof Event.ContextOpened) {
        thinking = stored.position(); // signed for another conversation
      } else if (stored.event() instanceof Event.ModelRequestEnd end
          && end.isError()
          && stored.hidden() != null) {
        Omission.read(stored.hidden()).ifPresent(omission -> add(omission, stored.position()));
      }
    }
  }

  private void add(Omission omission, long position) {
    pieces.addAll(omission.pieces());
    if (omission.thinking()) {
      thinking = position;
    }
  }

  boolean has(Piece piece) {
    return pieces.contains(piece);
  }

  /// Whether the thinking of a reply at this position is left out.
  boolean hasThinkingOf(long position) {
    return position < thinking;
  }

  /// The note that replaces a block that is left out.
  static Json.Obj note(Json.Obj block) {
    var type = String.valueOf(block.text("type"));
    var what =
        switch (type) {
          case "image" -> "an image";
          case "document" -> "a document" + title(block);
          case "text" -> "a text";
          case "tool_result" -> "the result";
          default -> "a block of type " + type;
        };
    return Json.obj(
        "type", "text", "text", "[" + what + " was left out because the model server refused it]");
  }

  private static String title(Json.Obj block) {
    return block.text("title") == null ? "" : " named " + block.text("title");
  }
}
