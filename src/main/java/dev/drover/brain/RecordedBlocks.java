package dev.drover.brain;

import dev.drover.base.Json;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Predicate;

/// Changes of recorded messages, for a model that does not get all of their blocks.
final class RecordedBlocks {
  private RecordedBlocks() {}

  /// The messages without some of the blocks of replies. A message that loses all of them keeps a
  /// note.
  static Json.Arr without(Json.Arr messages, Predicate<Json.Obj> left) {
    var all = new ArrayList<Json>();
    for (var item : messages.items()) {
      if (item instanceof Json.Obj message) {
        var kept =
            message.items("content").stream()
                .filter(block -> !(block instanceof Json.Obj object && left.test(object)))
                .toList();
        all.add(
            message.with("content", kept.isEmpty() ? List.of(Messages.text("(no text)")) : kept));
      }
    }
    return new Json.Arr(all);
  }

  /// The messages with a note in place of each reference to an uploaded file.
  static Json.Arr withoutFiles(Json.Arr messages) {
    return (Json.Arr) noted(messages);
  }

  private static Json noted(Json value) {
    return switch (value) {
      case Json.Arr array ->
          new Json.Arr(array.items().stream().map(RecordedBlocks::noted).toList());
      case Json.Obj block when "file".equals(block.object("source").text("type")) ->
          Messages.text("[a file was left out: it is not in the recording]");
      case Json.Obj object when object.get("content").isPresent() ->
          object.with("content", noted(object.get("content").get()));
      default -> value;
    };
  }
}
