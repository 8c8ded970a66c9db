package dev.drover.model;

import dev.drover.base.Json;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.Optional;

/// What a model's server sent along with a content block and may want back, such as the signature
/// of a thought. It stays in the block under a key of Drover's own, with the name of the model: no
/// other model gets it, and no client.
public final class Kept {
  private static final String KEY = "drover_kept";

  private Kept() {}

  /// The block with what its server sent along; the block itself if that is nothing.
  ///
  /// @param model the model's name on its own server
  public static Json.Obj in(Json.Obj block, String model, Json.Obj what) {
    return what.fields().isEmpty()
        ? block
        : block.with(KEY, Json.obj("model", model, "what", what));
  }

  /// What `model` sent along with a block; an empty object if nothing, or if it was another's.
  public static Json.Obj of(Json.Obj block, String model) {
    var kept = block.object(KEY);
    return model.equals(kept.text("model")) ? kept.object("what") : Json.EMPTY;
  }

  /// Messages for a wire that takes nothing of it back. A thought of a server that does not sign
  /// its thoughts goes as a whole: a server that does would refuse it.
  public static Json.Arr without(Json.Arr messages) {
    var all = new ArrayList<Json>();
    for (var item : messages.items()) {
      if (item instanceof Json.Obj message
          && message.items("content").stream().anyMatch(Kept::is)) {
        var content =
            message.items("content").stream().flatMap(block -> stripped(block).stream()).toList();
        if (!content.isEmpty()) {
          all.add(message.with("content", content));
        }
      } else {
        all.add(item);
      }
    }
    return new Json.Arr(all);
  }

  private static boolean is(Json block) {
    return block instanceof Json.Obj object && object.get(KEY).isPresent();
  }

  private static Optional<Json> stripped(Json block) {
    if (!(block instanceof Json.Obj object) || !is(block)) {
      return Optional.of(block);
    }
    if ("thinking".equals(object.text("type"))) {
      return Optional.empty();
    }
    var fields = new LinkedHashMap<>(object.fields());
    fields.remove(KEY);
    return Optional.of(new Json.Obj(fields));
  }
}
