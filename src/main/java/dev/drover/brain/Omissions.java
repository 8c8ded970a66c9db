package dev.drover.brain;

import dev.drover.base.Json;
import dev.drover.session.Event;
import dev.drover.session.EventId;
import dev.drover.session.Inherited;
import dev.drover.session.Stored;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/// All omissions of a session, folded from its log. The thinking of replies from before a chapter
/// is left out, too, unless the chapter keeps it: it is valid only after the messages that were
/// there before. One thread.
final class Omissions {
  private static final Comparator<Inherited.Part> ORDER =
      Comparator.comparing((Inherited.Part part) -> part.message().value())
          .thenComparingInt(Inherited.Part::index);

  private final Set<Piece> pieces = new HashSet<>();
  private long thinking;
  private long imported;

  void addAll(List<Stored> events) {
    for (var stored : events) {
      if (stored.event() instanceof Event.ContextOpened opened) {
        opened.inherited().ifPresent(this::add);
      }
      if (stored.event() instanceof Event.Imported) {
        imported = stored.position();
        thinking = stored.position(); // signed for another organization
      } else if (stored.event() instanceof Event.ContextOpened opened) {
        if (!opened.keepsThinking()) {
          thinking = stored.position(); // signed for another conversation
        }
      } else if (stored.event() instanceof Event.ModelRequestEnd end
          && end.isError()
          && stored.hidden() != null) {
        Omission.read(stored.hidden()).ifPresent(omission -> add(omission, stored.position()));
      }
    }
  }

  private void add(Inherited inherited) {
    for (var part : inherited.leftOut()) {
      pieces.add(new Piece(part.message(), part.index()));
    }
  }

  private void add(Omission omission, long position) {
    pieces.addAll(omission.pieces());
    if (omission.thinking()) {
      thinking = position;
    }
  }

  /// The parts of clients' messages that are left out, in a fixed order.
  ///
  /// @param events those that were added
  List<Inherited.Part> ofMessages(List<Stored> events) {
    var messages = new HashSet<EventId>();
    for (var stored : events) {
      switch (stored.event()) {
        case Event.UserMessage e -> messages.add(e.id());
        case Event.SystemMessage e -> messages.add(e.id());
        case Event.ContextOpened e ->
            e.inherited().stream()
                .flatMap(inherited -> inherited.leftOut().stream())
                .forEach(part -> messages.add(part.message()));
        default -> {}
      }
    }
    return pieces.stream()
        .filter(piece -> messages.contains(piece.event()))
        .map(piece -> new Inherited.Part(piece.event(), piece.index()))
        .sorted(ORDER)
        .toList();
  }

  boolean has(Piece piece) {
    return pieces.contains(piece);
  }

  /// Whether what a model server has signed at this position is of another organization, perhaps.
  boolean isForeign(long position) {
    return position < imported;
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
